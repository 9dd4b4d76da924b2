/*
 * Each slot has counts of its own. Only its process writes them, or the master
 * when that process is dead. So the places of a process that is killed become
 * free, at whatever instruction it was. A process that takes a place counts it
 * first and then adds up all slots, so of two processes that do this at the
 * same time, the second one to add up has counted both places.
 *
 * Sources are counted in a sketch. In each row a source has one count, which is
 * chosen by a hash with a secret; other sources may have the same one. The
 * smallest of its counts is nearest to the truth.
 */
#include "shared/half_open.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "shared/peer_network.h"

#define CACHE_LINE	 64
#define HALF_OPEN_ROWS	 2
#define HALF_OPEN_COUNTS 1024 /* of a row */

struct half_open_slot {
	alignas(CACHE_LINE) _Atomic uint32_t all;
	alignas(CACHE_LINE) _Atomic uint32_t
	    source[HALF_OPEN_ROWS][HALF_OPEN_COUNTS];
};

struct half_open {
	unsigned limit; /* constant, as the next two */
	unsigned slots;
	uint64_t secret[2];
	struct half_open_slot slot[];
};

static void half_open_add(
    struct half_open *, unsigned, const struct sockaddr_storage *, uint32_t);
static uint64_t half_open_total(const struct half_open *);
static uint64_t
half_open_of(const struct half_open *, const struct sockaddr_storage *);
static unsigned half_open_place(
    const struct half_open *, const struct sockaddr_storage *, unsigned);
static uint64_t half_open_mix(uint64_t);

size_t
half_open_size(unsigned slots)
{
	return sizeof(struct half_open) + slots * sizeof(struct half_open_slot);
}

struct half_open *
half_open_init(void *memory, unsigned limit, unsigned slots)
{
	struct half_open *half_open = memory;

	half_open->limit = limit;
	half_open->slots = slots;
	arc4random_buf(half_open->secret, sizeof(half_open->secret));
	return half_open;
}

enum half_open_verdict
half_open_enter(struct half_open *half_open, unsigned slot,
    const struct sockaddr_storage *source)
{
	enum half_open_verdict verdict = HALF_OPEN_ENTERED;
	uint64_t total, its;

	half_open_add(half_open, slot, source, 1);
	total = half_open_total(half_open);
	if (total > half_open->limit) {
		verdict = HALF_OPEN_FULL;
	} else if (total * 2 > half_open->limit) {
		its = half_open_of(half_open, source);
		if (its > 1 && its > half_open->limit - total)
			verdict = HALF_OPEN_SHARE;
	}
	if (verdict != HALF_OPEN_ENTERED)
		half_open_leave(half_open, slot, source);
	return verdict;
}

void
half_open_replace(struct half_open *half_open, unsigned slot,
    const struct sockaddr_storage *source)
{
	half_open_add(half_open, slot, source, 1);
}

void
half_open_leave(struct half_open *half_open, unsigned slot,
    const struct sockaddr_storage *source)
{
	half_open_add(half_open, slot, source, UINT32_MAX);
}

void
half_open_bury(struct half_open *half_open, unsigned slot)
{
	struct half_open_slot *own = &half_open->slot[slot];
	unsigned row, i;

	for (row = 0; row < HALF_OPEN_ROWS; row++)
		for (i = 0; i < HALF_OPEN_COUNTS; i++)
			atomic_store_explicit(
			    &own->source[row][i], 0, memory_order_relaxed);
	atomic_store(&own->all, 0);
}

/* With n UINT32_MAX one is subtracted. */
static void
half_open_add(struct half_open *half_open, unsigned slot,
    const struct sockaddr_storage *source, uint32_t n)
{
	struct half_open_slot *own = &half_open->slot[slot];
	unsigned row;

	for (row = 0; row < HALF_OPEN_ROWS; row++)
		atomic_fetch_add(
		    &own->source[row][half_open_place(half_open, source, row)],
		    n);
	atomic_fetch_add(&own->all, n);
}

static uint64_t
half_open_total(const struct half_open *half_open)
{
	uint64_t total = 0;
	unsigned i;

	for (i = 0; i < half_open->slots; i++)
		total += atomic_load(&half_open->slot[i].all);
	return total;
}

static uint64_t
half_open_of(
    const struct half_open *half_open, const struct sockaddr_storage *source)
{
	uint64_t least = UINT64_MAX, count;
	unsigned row, place, i;

	for (row = 0; row < HALF_OPEN_ROWS; row++) {
		place = half_open_place(half_open, source, row);
		count = 0;
		for (i = 0; i < half_open->slots; i++)
			count +=
			    atomic_load(&half_open->slot[i].source[row][place]);
		if (count < least)
			least = count;
	}
	return least;
}

static unsigned
half_open_place(const struct half_open *half_open,
    const struct sockaddr_storage *source, unsigned row)
{
	return half_open_mix(peer_network(source) ^ half_open->secret[row]) %
	    HALF_OPEN_COUNTS;
}

/* The finalizer of SplitMix64: each bit of the result depends on all bits. */
static uint64_t
half_open_mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}
