#include "base/counters.h"

void
counters_add(
    const struct counters *counters, enum stats_counter counter, uint64_t n)
{
	stats_add(counters->stats, counters->slot, counter, n);
}

void
counters_count(const struct counters *counters, enum stats_counter counter)
{
	counters_add(counters, counter, 1);
}
