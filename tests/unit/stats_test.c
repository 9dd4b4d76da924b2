/* Counters of several processes, and the table of S. */
#include "stats.h"
#include "textbuf.h"
#include "unit.h"

#define SLOTS 4
#define TURNS 100000

struct counter {
	struct stats *stats;
	unsigned slot;
};

static struct stats *
stats_new(void)
{
	return stats_init(unit_share(stats_size(SLOTS)), SLOTS);
}

static void
count(void *arg)
{
	struct counter *counter = arg;
	int i;

	for (i = 0; i < TURNS; i++)
		stats_add(counter->stats, counter->slot, STAT_HITS, 2);
}

static void
test_sum_over_processes(void)
{
	struct stats *stats = stats_new();
	struct counter counter[SLOTS];
	pid_t pid[SLOTS];
	unsigned i;

	for (i = 0; i < SLOTS; i++) {
		counter[i] = (struct counter){ stats, i };
		pid[i] = unit_fork(count, &counter[i]);
	}
	for (i = 0; i < SLOTS; i++) {
		CHECK(unit_reap(pid[i]));
		CHECK(stats_get(stats, i, STAT_HITS) == 2 * TURNS);
	}
	CHECK(stats_sum(stats, STAT_HITS) == 2 * TURNS * SLOTS);
	CHECK(stats_sum(stats, STAT_MISSES) == 0);
	stats_add(stats, SLOTS, STAT_MISSES, 1); /* nobody's */
	CHECK(stats_sum(stats, STAT_MISSES) == 0);
}

/* As the stock program prints it. */
static void
test_table(void)
{
	struct stats *stats = stats_new();
	struct textbuf text;
	int stat;

	for (stat = 0; stat < STAT_COUNT; stat++) {
		stats_add(stats, 0, (enum stats_counter)stat, 1);
		stats_add(
		    stats, 3, (enum stats_counter)stat, (uint64_t)stat * 10);
	}
	stats_add(stats, 1, STAT_ACCEPTS, 123455);
	textbuf_init(&text);
	stats_table(stats, 17, 128, &text);
	CHECK(strcmp(text.data,
		  "  17 items in the session cache\n"
		  "   0 client connects (SSL_connect())\n"
		  "   0 client renegotiates (SSL_connect())\n"
		  "   0 client connects that finished\n"
		  "123456 server accepts (SSL_accept())\n"
		  "  11 server renegotiates (SSL_accept())\n"
		  "  21 server accepts that finished\n"
		  "  31 session cache hits\n"
		  "  41 session cache misses\n"
		  "  51 session cache timeouts\n"
		  "  61 callback cache hits\n"
		  "  71 cache full overflows (128 allowed)\n") == 0);
	textbuf_free(&text);
}

int
main(void)
{
	UNIT_RUN(test_sum_over_processes);
	UNIT_RUN(test_table);
	return unit_end();
}
