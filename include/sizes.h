/*
 * How large the shared region is to be, as the options want it: what main hands
 * to shared_open, which knows no options.
 */
#ifndef SIZES_H
#define SIZES_H

struct config;
struct shared_sizes;

/* With slots for so many generations of workers. */
void sizes_of_shared(
    struct shared_sizes *, const struct config *, unsigned generations);

#endif
