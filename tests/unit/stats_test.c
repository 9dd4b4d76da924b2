/* Counters of several processes, their sums, the table and the JSON. */
#include "foundation/textbuf.h"
#include "sessions/session_cache.h"
#include "shared/stats.h"
#include "shared/stats_json.h"
#include "unit.h"

#define WORKERS 3
#define SLOTS	6 /* two generations */
#define TURNS	100000

struct counter {
	struct stats *stats;
	unsigned slot;
};

static struct stats *
stats_new(void)
{
	return stats_init(unit_share(stats_size(SLOTS)), SLOTS, WORKERS);
}

static void
add_finished(struct stats *stats, unsigned slot, unsigned version,
    enum stats_kind kind, int64_t took_us)
{
	stats_add(stats, slot, stats_finished_counter(version, kind), 1);
	stats_add(stats, slot, stats_time_counter(kind, took_us), 1);
}

static uint64_t
total(const struct stats *stats, enum stats_counter stat)
{
	struct stats_numbers numbers;

	stats_total(stats, &numbers);
	return numbers.value[stat];
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
test_sums_over_processes(void)
{
	struct stats *stats = stats_new();
	struct counter counter[SLOTS];
	struct stats_numbers numbers;
	pid_t pid[SLOTS];
	unsigned i;

	for (i = 0; i < SLOTS; i++) {
		counter[i] = (struct counter){ stats, i };
		pid[i] = unit_fork(count, &counter[i]);
	}
	for (i = 0; i < SLOTS; i++)
		CHECK(unit_reap(pid[i]));
	CHECK(total(stats, STAT_HITS) == 2 * TURNS * SLOTS);
	CHECK(total(stats, STAT_MISSES) == 0);
	stats_add(stats, SLOTS, STAT_MISSES, 1); /* there is no such slot */
	CHECK(total(stats, STAT_MISSES) == 0);
	/* Both generations of a worker. */
	stats_add(stats, 1, STAT_MISSES, 3);
	stats_add(stats, 1 + WORKERS, STAT_MISSES, 5);
	stats_of_worker(stats, 1, &numbers);
	CHECK(numbers.value[STAT_MISSES] == 8);
	CHECK(numbers.value[STAT_HITS] == 4 * TURNS);
	stats_of_worker(stats, 2, &numbers);
	CHECK(numbers.value[STAT_MISSES] == 0);
	CHECK(stats_workers(stats) == WORKERS);
}

static void
test_finished_by_version_and_kind(void)
{
	struct stats *stats = stats_new();
	struct stats_numbers numbers;
	unsigned version, kind;

	for (version = 0; version < STATS_VERSIONS; version++)
		for (kind = 0; kind < STATS_KINDS; kind++)
			add_finished(stats, version % SLOTS, version,
			    (enum stats_kind)kind, 1000);
	add_finished(stats, 5, 3, STATS_BY_ID, 1000);
	stats_total(stats, &numbers);
	for (version = 0; version < STATS_VERSIONS; version++)
		for (kind = 0; kind < STATS_KINDS; kind++)
			CHECK(stats_finished(
				  &numbers, version, (enum stats_kind)kind) ==
			    1U + (version == 3 && kind == STATS_BY_ID));
	CHECK(stats_all_finished(&numbers) == STATS_VERSIONS * STATS_KINDS + 1);
	/* 1000 is from 2^9 to below 2^10. */
	CHECK(numbers.value[STAT_TIMES_FULL + 9] == STATS_VERSIONS);
	CHECK(numbers.value[STAT_TIMES_RESUMED + 9] ==
	    (STATS_KINDS - 1) * STATS_VERSIONS + 1);
}

static void
test_versions(void)
{
	CHECK(stats_version(0x0301) == 0);
	CHECK(stats_version(0x0304) == 3);
	CHECK(stats_version(0xfeff) == 4);
	CHECK(stats_version(0xfefd) == 5);
	CHECK(stats_version(0x0300) == STATS_VERSIONS);
	CHECK(stats_version(0) == STATS_VERSIONS);
}

static void
test_times(void)
{
	static const struct {
		int64_t us;
		unsigned bucket;
	} times[] = {
		{ -1, 0 },
		{ 0, 0 },
		{ 1, 0 },
		{ 2, 1 },
		{ 3, 1 },
		{ 4, 2 },
		{ 1023, 9 },
		{ 1024, 10 },
		{ INT64_C(1) << 31, 31 },
		{ INT64_MAX, 31 },
	};
	struct stats_numbers numbers;
	struct stats *stats;
	unsigned i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		stats = stats_new();
		add_finished(stats, 0, 0, STATS_FULL, times[i].us);
		stats_total(stats, &numbers);
		CHECK(numbers.value[STAT_TIMES_FULL + times[i].bucket] == 1);
	}
}

/* Of five accepted one has ended, one is open, one failed, two shake hands. */
static void
test_death(void)
{
	struct stats *stats = stats_new();
	struct stats_numbers numbers;

	stats_add(stats, 1, STAT_CONNECTIONS, 5);
	add_finished(stats, 1, 2, STATS_FULL, 1);
	add_finished(stats, 1, 2, STATS_BY_TICKET, 1);
	stats_add(stats, 1, STAT_FAILED_NOT_TLS, 1);
	stats_add(stats, 1, STAT_ENDED, 1);
	stats_total(stats, &numbers);
	CHECK(stats_open(&numbers) == 4);
	CHECK(stats_in_handshake(&numbers) == 2);
	stats_bury(stats, 1);
	stats_total(stats, &numbers);
	CHECK(stats_open(&numbers) == 0);
	CHECK(stats_in_handshake(&numbers) == 0);
	CHECK(numbers.value[STAT_LOST] == 4);
	CHECK(numbers.value[STAT_HANDSHAKES_LOST] == 2);
	CHECK(numbers.value[STAT_DEATHS] == 1);
	CHECK(stats_all_failed(&numbers) == 1);
	/* The next worker in this slot adds to the numbers, and dies, too. */
	stats_add(stats, 1, STAT_CONNECTIONS, 2);
	stats_add(stats, 1, STAT_ENDED, 1);
	stats_add(stats, 1, STAT_FAILED_CLOSED, 1);
	stats_bury(stats, 1);
	stats_total(stats, &numbers);
	CHECK(numbers.value[STAT_LOST] == 5);
	CHECK(numbers.value[STAT_HANDSHAKES_LOST] == 3);
	CHECK(numbers.value[STAT_DEATHS] == 2);
}

/* The table of the stock program. */
static void
test_table(void)
{
	static const char middle[] =
	    "   0 client connects (SSL_connect())\n"
	    "   0 client renegotiates (SSL_connect())\n"
	    "   0 client connects that finished\n"
	    "123456 server accepts (SSL_accept())\n"
	    "  11 server renegotiates (SSL_accept())\n"
	    "  21 server accepts that finished\n"
	    "  31 session cache hits\n"
	    "  41 session cache misses\n"
	    "  51 session cache timeouts\n"
	    "  61 callback cache hits\n";
	struct stats_cache_rows cache = { 17, 71, 128 };
	struct stats *stats = stats_new();
	struct stats_numbers numbers;
	struct textbuf text;
	char whole[1024];
	int stat;

	for (stat = 0; stat < STAT_COUNT; stat++) {
		stats_add(stats, 0, (enum stats_counter)stat, 1);
		stats_add(
		    stats, 3, (enum stats_counter)stat, (uint64_t)stat * 10);
	}
	stats_add(stats, 1, STAT_ACCEPTS, 123455);
	stats_total_of_table(stats, &numbers);
	textbuf_init(&text);
	stats_table(&numbers, &cache, &text);
	snprintf(whole, sizeof(whole),
	    "  17 items in the session cache\n%s"
	    "  71 cache full overflows (128 allowed)\n",
	    middle);
	CHECK(strcmp(text.data, whole) == 0);
	textbuf_clear(&text);
	stats_table(&numbers, NULL, &text);
	CHECK(strcmp(text.data, middle) == 0);
	textbuf_free(&text);
}

static void
test_json(void)
{
	static const char head[] =
	    "{\"version\":1,\"reason\":\"end\",\"pid\":42,"
	    "\"time\":\"1970-01-01T00:00:09Z\",\"uptime_s\":61.005,"
	    "\"silent\":[2,5],\"totals\":{\"connections\":{";
	static const char cache_object[] =
	    "},\"cache\":{\"items\":1,\"inserts\":2,\"hits\":3,"
	    "\"misses\":4,\"timeouts\":5,\"evictions\":6,\"too_large\":7,"
	    "\"busy\":8,\"repairs\":9},\"handshake_times\":{";
	static const unsigned silent[] = { 2, 5 };
	struct session_cache_counts cache = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct stats_json_frame frame = { "end", 42, 9, 61005, silent, 2,
		false };
	struct stats *stats = stats_new();
	struct textbuf text;

	textbuf_init(&text);
	stats_add(stats, 4, STAT_FAILED_ENDED, UINT64_MAX);
	stats_json(stats, &cache, &frame, &text);
	CHECK(strncmp(text.data, head, strlen(head)) == 0);
	CHECK(strstr(text.data, cache_object) != NULL);
	/* In the totals, and in those of the second worker. */
	CHECK(strstr(text.data, "\"ended\":18446744073709551615") <
	    strstr(text.data, "\"per_worker\":[{\"worker\":1,"));
	CHECK(strstr(strstr(text.data, "{\"worker\":2,"),
		  "\"ended\":18446744073709551615") <
	    strstr(text.data, "{\"worker\":3,"));
	CHECK(strchr(text.data, '\n') == text.data + text.size - 1);
	textbuf_free(&text);
}

/* Only with a store, in the totals and of each worker, and its times once. */
static void
test_json_of_store(void)
{
	static const char store[] =
	    ",\"store\":{\"hits\":1,\"misses\":0,\"puts\":0,\"removals\":0,"
	    "\"takes\":0,\"errors\":0,\"timeouts\":2,\"reconnects\":0,"
	    "\"removals_lost\":0},\"versions\":";
	struct session_cache_counts cache = { .items = 0 };
	struct stats_json_frame frame = { .reason = "end" };
	struct stats *stats = stats_new();
	struct textbuf text;
	const char *at;

	textbuf_init(&text);
	stats_add(stats, 0, STAT_STORE_HITS, 1);
	stats_add(stats, 0, STAT_STORE_TIMEOUTS, 2);
	stats_add(stats, 0, stats_store_time_counter(5), 1);
	stats_json(stats, &cache, &frame, &text);
	CHECK(strstr(text.data, "store") == NULL);
	textbuf_clear(&text);
	frame.has_store = true;
	stats_json(stats, &cache, &frame, &text);
	CHECK((at = strstr(text.data, store)) != NULL);
	at = strstr(at, "},\"store_times\":{\"below_us\":[2,4,8,");
	CHECK(at != NULL);
	CHECK(strstr(at, "],\"answered\":[0,0,1,0,") != NULL);
	CHECK(strstr(at, store) != NULL);
	textbuf_free(&text);
}

int
main(void)
{
	UNIT_RUN(test_sums_over_processes);
	UNIT_RUN(test_finished_by_version_and_kind);
	UNIT_RUN(test_versions);
	UNIT_RUN(test_times);
	UNIT_RUN(test_death);
	UNIT_RUN(test_table);
	UNIT_RUN(test_json);
	UNIT_RUN(test_json_of_store);
	return unit_end();
}
