#include "master/report.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/textbuf.h"
#include "master/census.h"
#include "master/printer.h"
#include "sessions/session_cache.h"
#include "shared/shared.h"
#include "shared/stats.h"
#include "shared/stats_json.h"
#include "shared/summary.h"

static const char *const report_reasons[] = {
	[REPORT_COMMAND] = "command",
	[REPORT_SIGNAL] = "signal",
	[REPORT_CONTROL] = "control",
	[REPORT_END] = "end",
};

static void report_prepare(const void *, struct pollset *, int64_t);
static void report_dispatch(void *, unsigned, short);
static int64_t report_due_ms(const void *, int64_t);
static void report_act(void *, int64_t);
static void report_finish(struct report *);
static void report_tables(const struct report *);
static void report_summary(const struct report *);
static void report_json(struct report *);
static bool report_has_file(const struct report *);

const struct source report_source = {
	report_prepare,
	report_dispatch,
	report_due_ms,
	report_act,
};

int
report_open(struct report *report, const struct config *config,
    const struct shared *shared, struct census *census, struct printer *printer)
{
	memset(report, 0, sizeof(*report));
	report->config = config;
	report->shared = shared;
	report->census = census;
	report->printer = printer;
	report->start_ms = monotime_ms();
	return config->stats_json != NULL &&
		strcmp(config->stats_json, "-") != 0
	    ? stats_file_open(&report->file, config->stats_json)
	    : 0;
}

void
report_close(struct report *report, int timeout_ms)
{
	if (report_has_file(report))
		stats_file_close(&report->file, timeout_ms);
}

void
report_begin(struct report *report, enum report_reason reason)
{
	report->active = true;
	report->reason = reason;
	report->round = census_ask(report->census);
}

void
report_end(struct report *report, bool cut_short)
{
	report->reason = REPORT_END;
	report->census->silent_count = 0;
	if (!cut_short)
		report_tables(report);
	report_summary(report);
	report_json(report);
}

void
report_line(const struct report *report, enum report_reason reason,
    struct textbuf *line)
{
	struct session_cache_counts cache;
	struct stats_json_frame frame = {
		.reason = report_reasons[reason],
		.pid = (long)getpid(),
		.time = time(NULL),
		.uptime_ms = monotime_ms() - report->start_ms,
		.silent = report->census->silent,
		.silent_count = report->census->silent_count,
		.has_store = report->config->session_store != NULL,
	};

	session_cache_count(report->shared->sessions, &cache);
	stats_json(report->shared->stats, &cache, &frame, line);
}

static void
report_prepare(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct report *report = self;

	(void)now_ms;
	if (report_has_file(report))
		pollset_add(set, writer_pollfd(&report->file.writer), 0);
}

static void
report_dispatch(void *self, unsigned key, short events)
{
	struct report *report = self;

	(void)key, (void)events;
	writer_flush(&report->file.writer);
}

static int64_t
report_due_ms(const void *self, int64_t now_ms)
{
	const struct report *report = self;

	(void)now_ms;
	return report_has_file(report) ? writer_due_ms(&report->file.writer)
				       : 0;
}

static void
report_act(void *self, int64_t now_ms)
{
	struct report *report = self;

	if (report_has_file(report))
		writer_act(&report->file.writer, now_ms);
	if (report->active &&
	    census_has_answered(report->census, report->round))
		report_finish(report);
}

static void
report_finish(struct report *report)
{
	const struct census *census = report->census;
	unsigned i;

	report->active = false;
	report_tables(report);
	report_summary(report);
	for (i = 0; i < census->silent_count; i++)
		log_warnx("worker %u did not answer: its last known numbers "
			  "count",
		    census->silent[i]);
	report_json(report);
}

/*
 * A table that a signal asked for is printed with -quiet, too, but on standard
 * error: standard output is data then.
 */
static void
report_tables(const struct report *report)
{
	const struct stats *stats = report->shared->stats;
	bool aside = report->reason == REPORT_SIGNAL && report->config->quiet;
	struct stats_numbers numbers;
	struct textbuf text;
	unsigned i;

	textbuf_init(&text);
	shared_stats_table(report->shared, &text);
	if (report->config->stats_per_worker)
		for (i = 0; i < stats_workers(stats); i++) {
			stats_of_worker(stats, i, &numbers);
			textbuf_printf(&text, "worker %u:\n", i + 1);
			stats_table(&numbers, NULL, &text);
		}
	text_write(aside ? TEXT_ERR : TEXT_OUT, text.data, text.size);
	textbuf_free(&text);
}

/* With -quiet, too: an option names it. But standard output is data then. */
static void
report_summary(const struct report *report)
{
	const struct shared *shared = report->shared;
	struct textbuf text;

	if (shared->tally == NULL)
		return;
	textbuf_init(&text);
	summary_page(shared->tally, shared->stats,
	    monotime_ms() - report->start_ms, &text);
	text_write(
	    report->config->quiet ? TEXT_ERR : TEXT_OUT, text.data, text.size);
	textbuf_free(&text);
}

/* A line on standard output is printed with -quiet, too: an option names it. */
static void
report_json(struct report *report)
{
	struct textbuf line;

	if (report->config->stats_json == NULL)
		return;
	textbuf_init(&line);
	report_line(report, report->reason, &line);
	if (report_has_file(report))
		writer_write(&report->file.writer, 0, line.data, line.size);
	else
		printer_write(TEXT_OUT, line.data, line.size, report->printer);
	textbuf_free(&line);
}

static bool
report_has_file(const struct report *report)
{
	return report->file.name != NULL;
}
