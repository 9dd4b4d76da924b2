/*
 * The clock of the clients.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Returns microseconds since some fixed time; never goes back. */
int64_t clock_now_us(void);

#endif
