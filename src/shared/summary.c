/*
 * scripts/log-report makes the same page from the records of -log: whoever
 * changes this changes that.
 */
#include "shared/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/escape.h"
#include "foundation/histogram.h"
#include "foundation/textbuf.h"
#include "shared/stats_names.h"
#include "shared/tally.h"

#define SUMMARY_BAR 40 /* characters of the longest bar */

/* "1.2 ms": two digits, or more before the unit. */
#define SUMMARY_TIME 16

static void
summary_head(const struct stats_numbers *, int64_t uptime_ms, struct textbuf *);
static void summary_times(const struct tally_numbers *, struct textbuf *);
static void
summary_times_row(struct textbuf *, uint64_t, const uint64_t *, const char *);
static void summary_by_version(const struct tally_numbers *, struct textbuf *);
static void summary_by_sort(const struct tally_numbers *, struct textbuf *);
static void
summary_add(uint64_t *, const struct tally_numbers *, unsigned, unsigned);
static void summary_histogram(const uint64_t *, struct textbuf *);
static uint64_t summary_power(const uint64_t *, unsigned);
static void summary_bar(struct textbuf *, uint64_t, uint64_t);
static void summary_list(
    struct textbuf *, const char *, const struct tally_rows *, uint64_t);
static void
summary_failures(struct textbuf *, const struct tally_rows *, uint64_t);
static void summary_sort_rows(struct tally_rows *);
static int summary_compare(const void *, const void *);
static void summary_others(struct textbuf *, uint64_t);
static void summary_missing(struct textbuf *, uint64_t, uint64_t);
static const char *summary_time(uint64_t, char *);

void
summary_page(const struct tally *tally, const struct stats *stats,
    int64_t uptime_ms, struct textbuf *text)
{
	struct tally_numbers *sum = tally_total(tally, stats);
	struct tally_rows *list = sum->list;
	uint64_t finished = stats_all_finished(&sum->stats);
	int i;

	for (i = 0; i < TALLY_LISTS; i++)
		summary_sort_rows(&list[i]);
	summary_head(&sum->stats, uptime_ms, text);
	if (finished > 0) {
		summary_times(sum, text);
		summary_list(text, "Ciphers", &list[TALLY_CIPHERS], finished);
		summary_list(text, "Groups", &list[TALLY_GROUPS], finished);
	}
	summary_failures(
	    text, &list[TALLY_FAILURES], stats_all_failed(&sum->stats));
	free(sum);
}

static void
summary_head(const struct stats_numbers *numbers, int64_t uptime_ms,
    struct textbuf *text)
{
	const uint64_t *value = numbers->value;

	textbuf_printf(text, "Summary after %" PRId64 ".%d s\n",
	    uptime_ms / 1000, (int)(uptime_ms % 1000 / 100));
	textbuf_printf(text,
	    "%8" PRIu64 " connections: %" PRIu64 " open, %" PRIu64
	    " ended, %" PRIu64 " lost with their worker\n",
	    value[STAT_CONNECTIONS], stats_open(numbers), value[STAT_ENDED],
	    value[STAT_LOST]);
	textbuf_printf(text,
	    "%8" PRIu64 " handshakes finished; %" PRIu64 " failed, %" PRIu64
	    " in progress, %" PRIu64 " lost with their worker\n",
	    stats_all_finished(numbers), stats_all_failed(numbers),
	    stats_in_handshake(numbers), value[STAT_HANDSHAKES_LOST]);
}

static void
summary_times(const struct tally_numbers *sum, struct textbuf *text)
{
	uint64_t all[HISTOGRAM_BUCKETS] = { 0 };
	unsigned version, kind;

	for (version = 0; version < STATS_VERSIONS; version++)
		for (kind = 0; kind < STATS_KINDS; kind++)
			summary_add(all, sum, version, kind);
	textbuf_puts(text,
	    "Time from accepting the client to the end of its handshake\n"
	    "   count       p50       p90       p99       max\n");
	summary_times_row(text, stats_all_finished(&sum->stats), all, "all");
	summary_by_version(sum, text);
	summary_by_sort(sum, text);
	summary_histogram(all, text);
	summary_missing(
	    text, stats_all_finished(&sum->stats), histogram_count(all));
}

static void
summary_times_row(struct textbuf *text, uint64_t count, const uint64_t *times,
    const char *name)
{
	static const unsigned percent[] = { 50, 90, 99, 100 };
	char time[SUMMARY_TIME];
	size_t i;

	if (count == 0)
		return;
	textbuf_printf(text, "%8" PRIu64, count);
	for (i = 0; i < sizeof(percent) / sizeof(percent[0]); i++)
		textbuf_printf(text, "%10s",
		    histogram_count(times) == 0
			? "-"
			: summary_time(
			      histogram_percentile(times, percent[i]), time));
	textbuf_printf(text, "  %s\n", name);
}

static void
summary_by_version(const struct tally_numbers *sum, struct textbuf *text)
{
	uint64_t times[HISTOGRAM_BUCKETS], count;
	unsigned version, kind;

	for (version = 0; version < STATS_VERSIONS; version++) {
		memset(times, 0, sizeof(times));
		for (kind = 0, count = 0; kind < STATS_KINDS; kind++) {
			summary_add(times, sum, version, kind);
			count += stats_finished(
			    &sum->stats, version, (enum stats_kind)kind);
		}
		summary_times_row(
		    text, count, times, stats_version_name(version));
	}
}

static void
summary_by_sort(const struct tally_numbers *sum, struct textbuf *text)
{
	uint64_t times[HISTOGRAM_BUCKETS];
	unsigned sort, version, kind;

	for (sort = 0; sort < STATS_SORTS; sort++) {
		memset(times, 0, sizeof(times));
		for (version = 0; version < STATS_VERSIONS; version++)
			for (kind = 0; kind < STATS_KINDS; kind++)
				if (stats_sort(
					version, (enum stats_kind)kind) == sort)
					summary_add(times, sum, version, kind);
		summary_times_row(text,
		    stats_finished_of_sort(&sum->stats, sort), times,
		    stats_sort_name(sort));
	}
}

static void
summary_add(uint64_t *times, const struct tally_numbers *sum, unsigned version,
    unsigned kind)
{
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		times[i] += sum->times[version][kind][i];
}

/* A row for each power of two, from the first that is not empty to the last. */
static void
summary_histogram(const uint64_t *times, struct textbuf *text)
{
	unsigned first = HISTOGRAM_POWERS, last = 0, i;
	uint64_t most = 0, count;
	char time[SUMMARY_TIME];

	for (i = 0; i < HISTOGRAM_POWERS; i++) {
		if ((count = summary_power(times, i)) == 0)
			continue;
		first = first < i ? first : i;
		last = i;
		most = most > count ? most : count;
	}
	textbuf_puts(text, "   count      from\n");
	for (i = first; i <= last; i++) {
		count = summary_power(times, i);
		textbuf_printf(text, "%8" PRIu64 "%10s", count,
		    summary_time(histogram_least(i * HISTOGRAM_EACH), time));
		summary_bar(text, count, most);
	}
}

static uint64_t
summary_power(const uint64_t *times, unsigned power)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < HISTOGRAM_EACH; i++)
		sum += times[power * HISTOGRAM_EACH + i];
	return sum;
}

/* What is there at all has a bar. */
static void
summary_bar(struct textbuf *text, uint64_t count, uint64_t most)
{
	static const char bar[] = "########################################";
	int length = (int)((double)count / (double)most * SUMMARY_BAR + 0.5);

	_Static_assert(sizeof(bar) == SUMMARY_BAR + 1, "the longest bar");
	if (length == 0 && count > 0)
		length = 1;
	textbuf_printf(text, "%s%.*s\n", length > 0 ? "  " : "", length, bar);
}

static void
summary_list(struct textbuf *text, const char *title,
    const struct tally_rows *rows, uint64_t all)
{
	uint64_t counted = tally_count(rows);
	unsigned i;

	textbuf_printf(text, "%s\n", title);
	for (i = 0; i < TALLY_ROWS && rows->row[i].count > 0; i++)
		textbuf_printf(text, "%8" PRIu64 "  %s\n", rows->row[i].count,
		    rows->row[i].name);
	summary_others(text, rows->others);
	summary_missing(text, all, counted);
}

static void
summary_failures(
    struct textbuf *text, const struct tally_rows *rows, uint64_t all)
{
	uint64_t counted = tally_count(rows), left = counted;
	const struct tally_row *row = rows->row;

	if (all == 0)
		return;
	textbuf_puts(text, "Failures, and the first connection of each\n");
	for (; row < &rows->row[SUMMARY_FAILURES] && row->count > 0; row++) {
		textbuf_printf(text, "%8" PRIu64 "  ", row->count);
		escape_line(text, row->name, strlen(row->name));
		textbuf_printf(
		    text, " (connection %" PRIu64 ")\n", row->example);
		left -= row->count;
	}
	summary_others(text, left);
	summary_missing(text, all, counted);
}

/* The most frequent first; rows that are free come last. */
static void
summary_sort_rows(struct tally_rows *rows)
{
	qsort(rows->row, TALLY_ROWS, sizeof(rows->row[0]), summary_compare);
}

static int
summary_compare(const void *left, const void *right)
{
	const struct tally_row *a = left, *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
summary_others(struct textbuf *text, uint64_t count)
{
	if (count > 0)
		textbuf_printf(text, "%8" PRIu64 "  others\n", count);
}

static void
summary_missing(struct textbuf *text, uint64_t all, uint64_t counted)
{
	if (all > counted)
		textbuf_printf(text,
		    "%8" PRIu64 "  more, whose worker died as it counted\n",
		    all - counted);
}

/* Returns the text: two digits, or all before the point. */
static const char *
summary_time(uint64_t us, char *text)
{
	static const char *const units[] = { "us", "ms", "s" };
	double time = (double)us;
	int unit = 0;

	/* 999.5 would be shown as 1000. */
	while (time >= 999.5 && unit < 2) {
		time /= 1000;
		unit++;
	}
	snprintf(text, SUMMARY_TIME, "%.*f %s", unit > 0 && time < 9.95, time,
	    units[unit]);
	return text;
}
