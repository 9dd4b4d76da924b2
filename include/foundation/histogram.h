/*
 * Times in microseconds, counted in buckets whose limits are at most an eighth
 * apart: 0 to 7 have a bucket each, every power of two from there has eight.
 * The last bucket counts all from about four hours on.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_EACH	  8 /* buckets of a power of two */
#define HISTOGRAM_POWERS  32
#define HISTOGRAM_BUCKETS (HISTOGRAM_EACH * HISTOGRAM_POWERS)

/* Returns the bucket of a time; one below 0 counts as 0. */
unsigned histogram_bucket(int64_t us);
/* Returns the least time of a bucket. */
uint64_t histogram_least(unsigned bucket);
/* Returns the time that stands for all of a bucket: its middle. */
uint64_t histogram_middle(unsigned bucket);

uint64_t histogram_count(const uint64_t buckets[HISTOGRAM_BUCKETS]);
/*
 * Returns the middle of the bucket below which, or in which, are so many
 * percent of what was counted; 0 if nothing was.
 */
uint64_t
histogram_percentile(const uint64_t buckets[HISTOGRAM_BUCKETS], unsigned);

#endif
