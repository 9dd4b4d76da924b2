/*
 * The clock for deadlines.
 */
#ifndef MONOTIME_H
#define MONOTIME_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t monotime_ms(void);

#endif
