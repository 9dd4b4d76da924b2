#include "stats.h"

#include <stdalign.h>
#include <stdatomic.h>

#include "textbuf.h"

#define CACHE_LINE 64

struct stats_slot {
	alignas(CACHE_LINE) _Atomic uint64_t value[STAT_COUNT];
};

struct stats {
	alignas(CACHE_LINE) unsigned slots; /* constant */
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

size_t
stats_size(unsigned slots)
{
	return sizeof(struct stats) + slots * sizeof(struct stats_slot);
}

struct stats *
stats_init(void *memory, unsigned slots)
{
	struct stats *stats = memory;
	unsigned i, stat;

	stats->slots = slots;
	for (i = 0; i < slots; i++)
		for (stat = 0; stat < STAT_COUNT; stat++)
			atomic_init(&stats->slot[i].value[stat], 0);
	return stats;
}

/* One writer a slot: a load and a store are enough, and cost no lock prefix. */
void
stats_add(
    struct stats *stats, unsigned slot, enum stats_counter stat, uint64_t n)
{
	_Atomic uint64_t *value;

	if (slot >= stats->slots)
		return;
	value = &stats->slot[slot].value[stat];
	atomic_store_explicit(value,
	    atomic_load_explicit(value, memory_order_relaxed) + n,
	    memory_order_relaxed);
}

uint64_t
stats_get(const struct stats *stats, unsigned slot, enum stats_counter stat)
{
	if (slot >= stats->slots)
		return 0;
	return atomic_load_explicit(
	    &stats->slot[slot].value[stat], memory_order_relaxed);
}

uint64_t
stats_sum(const struct stats *stats, enum stats_counter stat)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < stats->slots; i++)
		sum += stats_get(stats, i, stat);
	return sum;
}

void
stats_table(const struct stats *stats, uint64_t cache_items, unsigned allowed,
    struct textbuf *text)
{
	uint64_t value;
	size_t i;

	textbuf_printf(
	    text, "%4ju items in the session cache\n", (uintmax_t)cache_items);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		value = rows[i].stat == -1
		    ? 0
		    : stats_sum(stats, (enum stats_counter)rows[i].stat);
		textbuf_printf(
		    text, "%4ju %s\n", (uintmax_t)value, rows[i].name);
	}
	textbuf_printf(text, "%4ju cache full overflows (%u allowed)\n",
	    (uintmax_t)stats_sum(stats, STAT_CACHE_FULL), allowed);
}
