/*
 * The clock for deadlines and durations.
 */
#ifndef MONOTIME_H
#define MONOTIME_H

#include <stdint.h>

/* Of CLOCK_MONOTONIC. */
int64_t monotime_ms(void);
int64_t monotime_us(void);
/* Of two points in time the sooner one; 0: never. */
int64_t monotime_sooner(int64_t, int64_t);
/* From now on until then, as poll(2) wants it: -1: never. */
int monotime_left(int64_t now_ms, int64_t due_ms);

#endif
