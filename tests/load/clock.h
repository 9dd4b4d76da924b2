/*
 * The clock by which clients measure.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Microseconds since some fixed time; it never goes back. */
int64_t clock_now_us(void);

#endif
