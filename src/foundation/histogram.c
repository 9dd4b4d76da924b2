#include "foundation/histogram.h"

#define HISTOGRAM_SHIFT 3 /* HISTOGRAM_EACH, as a power of two */

_Static_assert(1 << HISTOGRAM_SHIFT == HISTOGRAM_EACH,
    "the buckets of a power of two are a power of two");

/*
 * The bits behind the highest one say which of the buckets of a power it is.
 * The first group of buckets has a width of 1, and so has the second one.
 */
unsigned
histogram_bucket(int64_t us)
{
	uint64_t time = us < 0 ? 0 : (uint64_t)us;
	unsigned group = 0;

	while (time >= 2 * HISTOGRAM_EACH) {
		time >>= 1;
		group++;
	}
	if (time >= HISTOGRAM_EACH) {
		time -= HISTOGRAM_EACH;
		group++;
	}
	return group < HISTOGRAM_POWERS
	    ? group * HISTOGRAM_EACH + (unsigned)time
	    : HISTOGRAM_BUCKETS - 1;
}

uint64_t
histogram_least(unsigned bucket)
{
	unsigned group = bucket / HISTOGRAM_EACH;
	uint64_t place = bucket % HISTOGRAM_EACH;

	return group == 0 ? place : (place + HISTOGRAM_EACH) << (group - 1);
}

uint64_t
histogram_middle(unsigned bucket)
{
	uint64_t least = histogram_least(bucket);

	return least + (histogram_least(bucket + 1) - least) / 2;
}

uint64_t
histogram_count(const uint64_t buckets[HISTOGRAM_BUCKETS])
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		sum += buckets[i];
	return sum;
}

uint64_t
histogram_percentile(
    const uint64_t buckets[HISTOGRAM_BUCKETS], unsigned percent)
{
	uint64_t all = histogram_count(buckets), sum = 0;
	/* Rounded up: of one time every percentile is that time. */
	uint64_t wanted =
	    all / 100 * percent + (all % 100 * percent + 99) / 100;
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		sum += buckets[i];
		if (sum >= wanted && sum > 0)
			return histogram_middle(i);
	}
	return 0;
}
