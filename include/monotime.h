/*
 * The clock for deadlines and durations.
 */
#ifndef MONOTIME_H
#define MONOTIME_H

#include <stdint.h>

/* Of CLOCK_MONOTONIC. */
int64_t monotime_ms(void);
int64_t monotime_us(void);

#endif
