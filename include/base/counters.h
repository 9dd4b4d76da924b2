/*
 * A worker's own row of the shared counters (stats.h).
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdint.h>

#include "shared/stats.h"

struct counters {
	struct stats *stats;
	unsigned slot;
	_Atomic uint64_t *row; /* of the slot, for counters_add */
	struct tally_slot *tally; /* the same slot; NULL without -summary */
	/* How much of libssl's own counters was added to ours so far. */
	long hits; /* sessions that libssl found good */
	long too_old; /* sessions that libssl refused as too old */
};

/* Raise a counter of this worker by n, or by 1. */
static inline void
counters_add(
    const struct counters *counters, enum stats_counter counter, uint64_t n)
{
	stats_raise(&counters->row[counter], n);
}

static inline void
counters_count(const struct counters *counters, enum stats_counter counter)
{
	counters_add(counters, counter, 1);
}

#endif
