#include "shared/stats.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

#include "foundation/textbuf.h"

#define CACHE_LINE 64

struct stats_slot {
	alignas(CACHE_LINE) _Atomic uint64_t value[STAT_COUNT];
};

struct stats {
	alignas(CACHE_LINE) unsigned slots; /* constant */
	unsigned workers; /* constant */
	struct stats_slot slot[];
};

/* In the order of the table. A client's rows are 0: we are none. */
static const struct {
	int stat; /* -1: always 0 */
	const char *name;
} rows[] = {
	{ -1, "client connects (SSL_connect())" },
	{ -1, "client renegotiates (SSL_connect())" },
	{ -1, "client connects that finished" },
	{ STAT_ACCEPTS, "server accepts (SSL_accept())" },
	{ STAT_RENEGOTIATIONS, "server renegotiates (SSL_accept())" },
	{ STAT_ACCEPTS_FINISHED, "server accepts that finished" },
	{ STAT_HITS, "session cache hits" },
	{ STAT_MISSES, "session cache misses" },
	{ STAT_TIMEOUTS, "session cache timeouts" },
	{ STAT_CALLBACK_HITS, "callback cache hits" },
};

static uint64_t stats_get(const struct stats *, unsigned, enum stats_counter);
static void stats_collect(
    const struct stats *, unsigned, unsigned, unsigned, struct stats_numbers *);
static unsigned stats_bucket(int64_t);
static uint64_t stats_over(const struct stats_numbers *, unsigned, unsigned);
static uint64_t stats_left(uint64_t, uint64_t);

size_t
stats_size(unsigned slots)
{
	return sizeof(struct stats) + slots * sizeof(struct stats_slot);
}

struct stats *
stats_init(void *memory, unsigned slots, unsigned workers)
{
	struct stats *stats = memory;
	unsigned i, stat;

	stats->slots = slots;
	stats->workers = workers;
	for (i = 0; i < slots; i++)
		for (stat = 0; stat < STAT_COUNT; stat++)
			atomic_init(&stats->slot[i].value[stat], 0);
	return stats;
}

unsigned
stats_workers(const struct stats *stats)
{
	return stats->workers;
}

unsigned
stats_version(unsigned number)
{
	static const unsigned numbers[STATS_VERSIONS] = { 0x0301, 0x0302,
		0x0303, 0x0304, 0xfeff, 0xfefd };
	unsigned version = 0;

	while (version < STATS_VERSIONS && numbers[version] != number)
		version++;
	return version;
}

_Atomic uint64_t *
stats_row(struct stats *stats, unsigned slot)
{
	return stats->slot[slot].value;
}

void
stats_add(
    struct stats *stats, unsigned slot, enum stats_counter stat, uint64_t n)
{
	if (slot < stats->slots)
		stats_raise(&stats_row(stats, slot)[stat], n);
}

enum stats_counter
stats_finished_counter(unsigned version, enum stats_kind kind)
{
	return (enum stats_counter)(
	    STAT_FINISHED + version * STATS_KINDS + (unsigned)kind);
}

enum stats_counter
stats_time_counter(enum stats_kind kind, int64_t took_us)
{
	unsigned times =
	    kind == STATS_FULL ? STAT_TIMES_FULL : STAT_TIMES_RESUMED;

	return (enum stats_counter)(times + stats_bucket(took_us));
}

enum stats_counter
stats_store_time_counter(int64_t took_us)
{
	return (enum stats_counter)(STAT_TIMES_STORE + stats_bucket(took_us));
}

void
stats_bury(struct stats *stats, unsigned slot)
{
	struct stats_numbers its;

	stats_of_slot(stats, slot, &its);
	stats_add(stats, slot, STAT_LOST, stats_open(&its));
	stats_add(stats, slot, STAT_HANDSHAKES_LOST, stats_in_handshake(&its));
	stats_add(stats, slot, STAT_DEATHS, 1);
}

void
stats_total(const struct stats *stats, struct stats_numbers *numbers)
{
	stats_collect(stats, 0, 1, STAT_COUNT, numbers);
}

void
stats_total_of_table(const struct stats *stats, struct stats_numbers *numbers)
{
	stats_collect(stats, 0, 1, STAT_TABLE_COUNT, numbers);
}

void
stats_of_worker(
    const struct stats *stats, unsigned worker, struct stats_numbers *numbers)
{
	stats_collect(stats, worker, stats->workers, STAT_COUNT, numbers);
}

void
stats_of_slot(
    const struct stats *stats, unsigned slot, struct stats_numbers *numbers)
{
	stats_collect(stats, slot, stats->slots, STAT_COUNT, numbers);
}

uint64_t
stats_finished(
    const struct stats_numbers *numbers, unsigned version, enum stats_kind kind)
{
	return numbers->value[stats_finished_counter(version, kind)];
}

uint64_t
stats_all_finished(const struct stats_numbers *numbers)
{
	return stats_over(numbers, STAT_FINISHED, STAT_TIMES_FULL - 1);
}

uint64_t
stats_all_failed(const struct stats_numbers *numbers)
{
	return stats_over(numbers, STAT_FAILED_ALERT_SENT, STAT_FAILED_OTHER);
}

uint64_t
stats_open(const struct stats_numbers *numbers)
{
	return stats_left(numbers->value[STAT_CONNECTIONS],
	    numbers->value[STAT_ENDED] + numbers->value[STAT_LOST]);
}

uint64_t
stats_in_handshake(const struct stats_numbers *numbers)
{
	return stats_left(numbers->value[STAT_CONNECTIONS],
	    stats_all_finished(numbers) + stats_all_failed(numbers) +
		numbers->value[STAT_HANDSHAKES_LOST]);
}

void
stats_table(const struct stats_numbers *numbers,
    const struct stats_cache_rows *cache, struct textbuf *text)
{
	uint64_t value;
	size_t i;

	if (cache != NULL)
		textbuf_printf(text, "%4ju items in the session cache\n",
		    (uintmax_t)cache->items);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value = rows[i].stat == -1 ? 0 : numbers->value[rows[i].stat];
		textbuf_printf(
		    text, "%4ju %s\n", (uintmax_t)value, rows[i].name);
	}
	if (cache != NULL)
		textbuf_printf(text, "%4ju cache full overflows (%u allowed)\n",
		    (uintmax_t)cache->overflows, cache->allowed);
}

static uint64_t
stats_get(const struct stats *stats, unsigned slot, enum stats_counter stat)
{
	return atomic_load_explicit(
	    &stats->slot[slot].value[stat], memory_order_relaxed);
}

/* Sums up the first counters over every step-th slot, from first on. */
static void
stats_collect(const struct stats *stats, unsigned first, unsigned step,
    unsigned count, struct stats_numbers *numbers)
{
	unsigned slot, stat;

	memset(numbers, 0, sizeof(*numbers));
	for (slot = first; slot < stats->slots; slot += step)
		for (stat = 0; stat < count; stat++)
			numbers->value[stat] +=
			    stats_get(stats, slot, (enum stats_counter)stat);
}

static unsigned
stats_bucket(int64_t took_us)
{
	unsigned bucket;

	if (took_us <= 1)
		return 0;
	bucket = 63U - (unsigned)__builtin_clzll((uint64_t)took_us);
	return bucket < STATS_BUCKETS ? bucket : STATS_BUCKETS - 1;
}

static uint64_t
stats_over(const struct stats_numbers *numbers, unsigned from, unsigned to)
{
	uint64_t sum = 0;
	unsigned stat;

	for (stat = from; stat <= to; stat++)
		sum += numbers->value[stat];
	return sum;
}

/* Counters are read one by one while others count: never below 0. */
static uint64_t
stats_left(uint64_t all, uint64_t gone)
{
	return all > gone ? all - gone : 0;
}
