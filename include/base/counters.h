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
	/* Of libssl's own counters: what was added to ours so far. */
	long hits; /* sessions that it found good */
	long too_old; /* and refused as too old */
};

void counters_add(const struct counters *, enum stats_counter, uint64_t n);
/* Adds one. */
void counters_count(const struct counters *, enum stats_counter);

#endif
