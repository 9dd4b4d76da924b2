#include "shared/tally.h"

#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/log.h"

#define CACHE_LINE 64
/*
 * A slot that changes all the time, or whose process was stopped while it
 * counted, is read as it is after so many tries.
 */
#define TALLY_TRIES 1000

struct shared_row {
	_Atomic uint64_t count; /* written last: the row is whole */
	_Atomic uint64_t example;
	char name[TALLY_NAME];
};

struct shared_rows {
	struct shared_row row[TALLY_ROWS];
	_Atomic uint64_t others;
};

struct tally_slot {
	alignas(CACHE_LINE) _Atomic uint64_t turn; /* odd: it counts */
	/* What has no handshake yet has pages that nobody has touched. */
	_Atomic uint64_t finished[STATS_VERSIONS][STATS_KINDS];
	struct shared_rows list[TALLY_LISTS];
	_Atomic uint64_t times[STATS_VERSIONS][STATS_KINDS][HISTOGRAM_BUCKETS];
};

struct tally {
	alignas(CACHE_LINE) unsigned slots; /* constant */
	struct tally_slot slot[];
};

static void tally_note(struct shared_rows *, const char *, uint64_t example);
static void tally_read(const struct tally_slot *, const struct stats *,
    unsigned, struct tally_numbers *);
static void tally_copy(const struct tally_slot *, struct tally_numbers *);
static void tally_copy_times(const struct tally_slot *, struct tally_numbers *);
static void tally_copy_rows(const struct shared_rows *, struct tally_rows *);
static void tally_merge(struct tally_numbers *, const struct tally_numbers *);
static void tally_merge_rows(struct tally_rows *, const struct tally_rows *);
static void tally_merge_row(struct tally_rows *, const struct tally_row *);
static uint64_t tally_get(const _Atomic uint64_t *);

size_t
tally_size(unsigned slots)
{
	return sizeof(struct tally) + slots * sizeof(struct tally_slot);
}

/* The memory is all zero, as all must be at first. */
struct tally *
tally_init(void *memory, unsigned slots)
{
	struct tally *tally = memory;

	tally->slots = slots;
	return tally;
}

struct tally_slot *
tally_slot(struct tally *tally, unsigned slot)
{
	return &tally->slot[slot];
}

void
tally_begin(struct tally_slot *slot)
{
	stats_raise(&slot->turn, 1);
	atomic_thread_fence(memory_order_release);
}

void
tally_finished(struct tally_slot *slot, unsigned version, enum stats_kind kind,
    int64_t took_us, const char *cipher, const char *group)
{
	if (version >= STATS_VERSIONS)
		return;
	stats_raise(&slot->times[version][kind][histogram_bucket(took_us)], 1);
	stats_raise(&slot->finished[version][kind], 1);
	tally_note(&slot->list[TALLY_CIPHERS], cipher, 0);
	tally_note(&slot->list[TALLY_GROUPS], group, 0);
}

void
tally_failed(struct tally_slot *slot, const char *reason, uint64_t connection)
{
	tally_note(&slot->list[TALLY_FAILURES], reason, connection);
}

void
tally_end(struct tally_slot *slot)
{
	atomic_thread_fence(memory_order_release);
	stats_raise(&slot->turn, 1);
}

void
tally_bury(struct tally *tally, unsigned slot)
{
	if (tally_get(&tally->slot[slot].turn) % 2 != 0)
		tally_end(&tally->slot[slot]);
}

struct tally_numbers *
tally_total(const struct tally *tally, const struct stats *stats)
{
	struct tally_numbers *sum = calloc(1, sizeof(*sum));
	struct tally_numbers *one = malloc(sizeof(*one));
	unsigned slot;

	if (sum == NULL || one == NULL)
		fatalx("out of memory");
	for (slot = 0; slot < tally->slots; slot++) {
		tally_read(&tally->slot[slot], stats, slot, one);
		tally_merge(sum, one);
	}
	free(one);
	return sum;
}

uint64_t
tally_count(const struct tally_rows *rows)
{
	uint64_t sum = rows->others;
	unsigned i;

	for (i = 0; i < TALLY_ROWS; i++)
		sum += rows->row[i].count;
	return sum;
}

/* Rows are never given back, so the first free one ends the search. */
static void
tally_note(struct shared_rows *rows, const char *text, uint64_t example)
{
	struct shared_row *row;
	char name[TALLY_NAME];
	unsigned i;

	if (strlcpy(name, text == NULL ? "none" : text, sizeof(name)) >=
	    sizeof(name))
		strlcpy(
		    name + sizeof(name) - sizeof("..."), "...", sizeof("..."));
	for (i = 0; i < TALLY_ROWS; i++) {
		row = &rows->row[i];
		if (tally_get(&row->count) == 0) {
			memcpy(row->name, name, sizeof(name));
			atomic_store_explicit(
			    &row->example, example, memory_order_relaxed);
			atomic_thread_fence(memory_order_release);
		} else if (strcmp(row->name, name) != 0) {
			continue;
		}
		stats_raise(&row->count, 1);
		return;
	}
	stats_raise(&rows->others, 1);
}

static void
tally_read(const struct tally_slot *from, const struct stats *stats,
    unsigned slot, struct tally_numbers *numbers)
{
	uint64_t before;
	unsigned i;

	for (i = 0; i < TALLY_TRIES; i++) {
		before = tally_get(&from->turn);
		atomic_thread_fence(memory_order_acquire);
		stats_of_slot(stats, slot, &numbers->stats);
		tally_copy(from, numbers);
		atomic_thread_fence(memory_order_acquire);
		if (before % 2 == 0 && tally_get(&from->turn) == before)
			break;
		sched_yield();
	}
}

static void
tally_copy(const struct tally_slot *from, struct tally_numbers *numbers)
{
	unsigned i;

	memset(numbers->times, 0, sizeof(numbers->times));
	memset(numbers->list, 0, sizeof(numbers->list));
	/* To look at memory that nobody has used takes a page of it. */
	if (tally_get(&from->turn) == 0)
		return;
	tally_copy_times(from, numbers);
	for (i = 0; i < TALLY_LISTS; i++)
		tally_copy_rows(&from->list[i], &numbers->list[i]);
}

static void
tally_copy_times(const struct tally_slot *from, struct tally_numbers *numbers)
{
	unsigned version, kind, i;

	for (version = 0; version < STATS_VERSIONS; version++)
		for (kind = 0; kind < STATS_KINDS; kind++)
			for (i = 0; i < HISTOGRAM_BUCKETS &&
			     tally_get(&from->finished[version][kind]) > 0;
			     i++)
				numbers->times[version][kind][i] =
				    tally_get(&from->times[version][kind][i]);
}

/* Names end where they must, whatever stands in shared memory. */
static void
tally_copy_rows(const struct shared_rows *from, struct tally_rows *rows)
{
	struct tally_row *row;
	unsigned i;

	for (i = 0; i < TALLY_ROWS; i++) {
		row = &rows->row[i];
		if ((row->count = tally_get(&from->row[i].count)) == 0)
			break;
		atomic_thread_fence(memory_order_acquire);
		row->example = tally_get(&from->row[i].example);
		memcpy(row->name, from->row[i].name, sizeof(row->name));
		row->name[sizeof(row->name) - 1] = '\0';
	}
	rows->others = tally_get(&from->others);
}

static void
tally_merge(struct tally_numbers *sum, const struct tally_numbers *one)
{
	unsigned stat, version, kind, i;

	for (stat = 0; stat < STAT_COUNT; stat++)
		sum->stats.value[stat] += one->stats.value[stat];
	for (version = 0; version < STATS_VERSIONS; version++)
		for (kind = 0; kind < STATS_KINDS; kind++)
			for (i = 0; i < HISTOGRAM_BUCKETS; i++)
				sum->times[version][kind][i] +=
				    one->times[version][kind][i];
	for (i = 0; i < TALLY_LISTS; i++)
		tally_merge_rows(&sum->list[i], &one->list[i]);
}

static void
tally_merge_rows(struct tally_rows *sum, const struct tally_rows *one)
{
	unsigned i;

	for (i = 0; i < TALLY_ROWS && one->row[i].count > 0; i++)
		tally_merge_row(sum, &one->row[i]);
	sum->others += one->others;
}

/* The first connection is the example. */
static void
tally_merge_row(struct tally_rows *sum, const struct tally_row *one)
{
	struct tally_row *row;
	unsigned i;

	for (i = 0; i < TALLY_ROWS; i++) {
		row = &sum->row[i];
		if (row->count == 0) {
			*row = *one;
			return;
		}
		if (strcmp(row->name, one->name) == 0) {
			row->count += one->count;
			if (one->example < row->example)
				row->example = one->example;
			return;
		}
	}
	sum->others += one->count;
}

static uint64_t
tally_get(const _Atomic uint64_t *value)
{
	return atomic_load_explicit(value, memory_order_relaxed);
}
