/* What -summary counts, in several processes, and its page. */
#include <signal.h>

#include "foundation/textbuf.h"
#include "shared/summary.h"
#include "shared/tally.h"
#include "unit.h"

#define SLOTS 4
#define TURNS 2000

struct board {
	struct stats *stats;
	struct tally *tally;
};

struct counter {
	struct board board;
	unsigned slot;
	unsigned turns;
	bool dies; /* after these, as it counts */
};

static struct board
board_new(void)
{
	struct board board = {
		stats_init(unit_share(stats_size(SLOTS)), SLOTS, SLOTS),
		tally_init(unit_share(tally_size(SLOTS)), SLOTS),
	};

	return board;
}

/* As a worker counts. */
static void
finish(struct board *board, unsigned slot, unsigned version, int64_t took_us,
    const char *cipher)
{
	struct tally_slot *tally = tally_slot(board->tally, slot);

	tally_begin(tally);
	stats_add(board->stats, slot,
	    (enum stats_counter)(STAT_FINISHED + version * STATS_KINDS), 1);
	tally_finished(tally, version, STATS_FULL, took_us, cipher, NULL);
	tally_end(tally);
}

static void
fail(struct board *board, unsigned slot, const char *why, uint64_t connection)
{
	struct tally_slot *tally = tally_slot(board->tally, slot);

	tally_begin(tally);
	stats_add(board->stats, slot, STAT_FAILED_OTHER, 1);
	tally_failed(tally, why, connection);
	tally_end(tally);
}

static uint64_t
all_times(const struct tally_numbers *sum)
{
	uint64_t all = 0;
	unsigned version, kind;

	for (version = 0; version < STATS_VERSIONS; version++)
		for (kind = 0; kind < STATS_KINDS; kind++)
			all += histogram_count(sum->times[version][kind]);
	return all;
}

static void
test_buckets_are_an_eighth_wide(void)
{
	uint64_t random = 1, us, least, next;
	unsigned i, bucket;

	CHECK(histogram_bucket(-5) == 0);
	CHECK(histogram_bucket(INT64_MAX) == HISTOGRAM_BUCKETS - 1);
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		least = histogram_least(i);
		next = histogram_least(i + 1);
		CHECK(histogram_bucket((int64_t)least) == i);
		CHECK(histogram_bucket((int64_t)next - 1) == i);
		CHECK(next > least);
		CHECK(least < 8 ? next - least == 1
				: (next - least) * 8 <= least);
	}
	/* Four hours are not the last bucket. */
	CHECK(histogram_bucket(INT64_C(4) * 3600 * 1000000) <
	    HISTOGRAM_BUCKETS - 1);
	for (i = 0; i < 100000; i++) {
		us = unit_random(&random) >> (30 + unit_below(&random, 34));
		bucket = histogram_bucket((int64_t)us);
		CHECK(histogram_least(bucket) <= us);
		CHECK(us < histogram_least(bucket + 1));
	}
}

static void
test_percentiles(void)
{
	uint64_t buckets[HISTOGRAM_BUCKETS] = { 0 };
	unsigned i;

	CHECK(histogram_percentile(buckets, 50) == 0);
	buckets[histogram_bucket(5)] = 1;
	CHECK(histogram_percentile(buckets, 50) == 5);
	CHECK(histogram_percentile(buckets, 100) == 5);
	buckets[5] = 0;
	for (i = 1; i <= 1000; i++)
		buckets[histogram_bucket(i * INT64_C(1000))]++;
	CHECK(histogram_count(buckets) == 1000);
	for (i = 1; i <= 100; i++) {
		CHECK(histogram_percentile(buckets, i) >= i * 10000 * 7 / 8);
		CHECK(histogram_percentile(buckets, i) <= i * 10000 * 9 / 8);
	}
}

static void
count(void *arg)
{
	struct counter *counter = arg;
	unsigned i;

	for (i = 1; i <= counter->turns; i++) {
		finish(&counter->board, counter->slot, i % STATS_VERSIONS, i,
		    i % 2 ? "one" : "two");
		fail(&counter->board, counter->slot, "bad luck",
		    i * SLOTS + counter->slot);
		/* A worker has other things to do, too. */
		usleep(20);
	}
	if (counter->dies) {
		tally_begin(tally_slot(counter->board.tally, counter->slot));
		raise(SIGKILL);
	}
}

static void
check_agrees(const struct tally_numbers *sum)
{
	uint64_t finished = stats_all_finished(&sum->stats);

	CHECK(all_times(sum) == finished);
	CHECK(tally_count(&sum->list[TALLY_CIPHERS]) == finished);
	CHECK(tally_count(&sum->list[TALLY_GROUPS]) == finished);
	CHECK(tally_count(&sum->list[TALLY_FAILURES]) ==
	    stats_all_failed(&sum->stats));
}

/* The sums agree at any time, whatever others count meanwhile. */
static void
test_sums_over_processes(void)
{
	struct board board = board_new();
	struct counter counter[SLOTS];
	struct tally_numbers *sum;
	pid_t pid[SLOTS];
	unsigned i;

	for (i = 0; i < SLOTS; i++) {
		counter[i] = (struct counter){ board, i, TURNS, false };
		pid[i] = unit_fork(count, &counter[i]);
	}
	for (i = 0; i < 200; i++) {
		sum = tally_total(board.tally, board.stats);
		check_agrees(sum);
		free(sum);
	}
	for (i = 0; i < SLOTS; i++)
		CHECK(unit_reap(pid[i]));
	sum = tally_total(board.tally, board.stats);
	check_agrees(sum);
	CHECK(stats_all_finished(&sum->stats) == TURNS * SLOTS);
	CHECK(sum->list[TALLY_CIPHERS].row[0].count == TURNS * SLOTS / 2);
	CHECK(sum->list[TALLY_CIPHERS].row[1].count == TURNS * SLOTS / 2);
	CHECK(strcmp(sum->list[TALLY_GROUPS].row[0].name, "none") == 0);
	/* The first connection is the example. */
	CHECK(sum->list[TALLY_FAILURES].row[0].example == SLOTS);
	free(sum);
}

/* Its successor goes on, and readers do not wait for it. */
static void
test_a_process_dies_as_it_counts(void)
{
	struct board board = board_new();
	struct counter counter = { board, 1, 1000, true };
	struct tally_numbers *sum;
	double begin;

	CHECK(!unit_reap(unit_fork(count, &counter)));
	sum = tally_total(board.tally, board.stats);
	check_agrees(sum);
	free(sum);
	tally_bury(board.tally, 1);
	tally_bury(board.tally, 1);
	tally_bury(board.tally, 0);
	counter.dies = false;
	CHECK(unit_reap(unit_fork(count, &counter)));
	begin = unit_now_ms();
	sum = tally_total(board.tally, board.stats);
	CHECK(unit_now_ms() - begin < 1000);
	check_agrees(sum);
	CHECK(stats_all_finished(&sum->stats) == 2000);
	free(sum);
}

static void
test_lists_are_bounded(void)
{
	struct board board = board_new();
	struct tally_numbers *sum;
	struct tally_rows *failures;
	char name[200];
	unsigned i, slot;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fail(&board, 0, name, 7);
	name[150] = 'y'; /* where it is cut anyway */
	fail(&board, 0, name, 8);
	for (slot = 0; slot < 2; slot++)
		for (i = 0; i < 2 * TALLY_ROWS; i++) {
			snprintf(name, sizeof(name), "%u of %u", i, slot);
			fail(&board, slot, name, i);
		}
	sum = tally_total(board.tally, board.stats);
	check_agrees(sum);
	failures = &sum->list[TALLY_FAILURES];
	CHECK(failures->row[0].count == 2);
	CHECK(failures->row[0].example == 7);
	CHECK(strlen(failures->row[0].name) == TALLY_NAME - 1);
	CHECK(strcmp(failures->row[0].name + TALLY_NAME - 5, "x...") == 0);
	CHECK(failures->others == 4 * TALLY_ROWS - (TALLY_ROWS - 1));
	free(sum);
}

static void
page(struct board *board, struct textbuf *text)
{
	textbuf_clear(text);
	summary_page(board->tally, board->stats, 12345, text);
}

static void
test_the_page(void)
{
	struct board board = board_new();
	struct textbuf text;
	unsigned i;

	textbuf_init(&text);
	page(&board, &text);
	CHECK(strcmp(text.data,
		  "Summary after 12.3 s\n"
		  "       0 connections: 0 open, 0 ended, 0 lost with their "
		  "worker\n"
		  "       0 handshakes finished; 0 failed, 0 in progress, 0 "
		  "lost with their worker\n") == 0);
	for (i = 0; i < 99; i++)
		finish(&board, i % SLOTS, 3, 1000, "cipher");
	finish(&board, 0, 2, 2000000, "other");
	fail(&board, 0, "an \033 escape", 5);
	for (i = 0; i < 11; i++)
		fail(&board, 0, (const char[]){ (char)('a' + i), '\0' }, i);
	fail(&board, 0, "an \033 escape", 6);
	/* What was counted, but not here: a worker died. */
	stats_add(board.stats, 0, STAT_FAILED_OTHER, 2);
	page(&board, &text);
	CHECK(strstr(text.data,
		  "\n     100    992 us    992 us    992 us     2.0 s  all\n"
		  "       1     2.0 s     2.0 s     2.0 s     2.0 s  TLSv1.2\n"
		  "      99    992 us    992 us    992 us    992 us  TLSv1.3\n"
		  "     100    992 us    992 us    992 us     2.0 s  full\n"
		  "   count      from\n"
		  "      99    512 us  ########################################"
		  "\n"
		  "       0    1.0 ms\n") != NULL);
	CHECK(strstr(text.data, "\n       1     1.0 s  #\nCiphers\n") != NULL);
	CHECK(strstr(text.data,
		  "\nCiphers\n      99  cipher\n       1  other\n"
		  "Groups\n     100  none\n"
		  "Failures, and the first connection of each\n"
		  "       2  an \\x1b escape (connection 5)\n"
		  "       1  a (connection 0)\n") != NULL);
	CHECK(strstr(text.data,
		  "\n       1  i (connection 8)\n       2  others\n"
		  "       2  more, whose worker died as it counted\n") != NULL);
	textbuf_free(&text);
}

int
main(void)
{
	UNIT_RUN(test_buckets_are_an_eighth_wide);
	UNIT_RUN(test_percentiles);
	UNIT_RUN(test_sums_over_processes);
	UNIT_RUN(test_a_process_dies_as_it_counts);
	UNIT_RUN(test_lists_are_bounded);
	UNIT_RUN(test_the_page);
	return unit_end();
}
