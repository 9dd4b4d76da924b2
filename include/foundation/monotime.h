/*
 * The clock for deadlines and durations, and the one that tells the date.
 */
#ifndef MONOTIME_H
#define MONOTIME_H

#include <stdint.h>

/* The time of CLOCK_MONOTONIC. */
int64_t monotime_ms(void);
int64_t monotime_us(void);
/* The time of CLOCK_REALTIME, since 1970. */
int64_t walltime_us(void);
/* Returns the sooner of two points in time; 0 stands for never. */
int64_t monotime_sooner(int64_t, int64_t);
/* Returns the time-out for poll(2) from now until due_ms; -1: never. */
int monotime_left(int64_t now_ms, int64_t due_ms);

#endif
