#include "master/report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/textbuf.h"
#include "master/output.h"
#include "master/process.h"
#include "sessions/session_cache.h"
#include "shared/shared.h"
#include "shared/stats.h"
#include "shared/stats_json.h"

static const char *const report_reasons[] = {
	[REPORT_COMMAND] = "command",
	[REPORT_SIGNAL] = "signal",
	[REPORT_END] = "end",
};

static void report_note_silent(struct report *);
static void report_tables(const struct report *);
static void report_json(struct report *);
static bool report_has_file(const struct report *);

int
report_open(struct report *report, const struct config *config,
    const struct shared *shared, struct process_table *table,
    struct output *output)
{
	memset(report, 0, sizeof(*report));
	report->config = config;
	report->shared = shared;
	report->table = table;
	report->output = output;
	report->start_ms = monotime_ms();
	report->asked = calloc(table->slots, sizeof(*report->asked));
	report->silent = calloc(table->slots, sizeof(*report->silent));
	if (report->asked == NULL || report->silent == NULL) {
		log_warn("cannot report on %u workers", table->children);
		return -1;
	}
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
	free(report->asked);
	free(report->silent);
}

void
report_begin(struct report *report, enum report_reason reason)
{
	struct process_table *table = report->table;
	unsigned i;

	report->active = true;
	report->reason = reason;
	report->request++;
	report->waiting = 0;
	report->deadline_ms = monotime_ms() + REPORT_WAIT_MS;
	for (i = 0; i < table->slots; i++) {
		report->asked[i] = table->slot[i].ready;
		if (!report->asked[i])
			continue;
		report->waiting++;
		/* Questions to a stopped worker must not pile up. */
		if (!channel_waiting(&table->slot[i].control))
			channel_say(&table->slot[i].control,
			    MESSAGE_STATS_REQUEST, report->request);
	}
}

void
report_answer(struct report *report, unsigned slot, uint64_t request)
{
	if (!report->active || request != report->request ||
	    !report->asked[slot])
		return;
	report->asked[slot] = false;
	report->waiting--;
}

bool
report_finish(struct report *report, int64_t now_ms)
{
	unsigned i;

	if (!report->active)
		return false;
	if (report->waiting > 0 && now_ms < report->deadline_ms)
		return false;
	report->active = false;
	report_note_silent(report);
	report_tables(report);
	for (i = 0; i < report->silent_count; i++)
		log_warnx("worker %u did not answer: its last known numbers "
			  "count",
		    report->silent[i]);
	report_json(report);
	return true;
}

void
report_end(struct report *report, bool cut_short)
{
	report->reason = REPORT_END;
	report->silent_count = 0;
	if (!cut_short)
		report_tables(report);
	report_json(report);
}

struct pollfd
report_pollfd(const struct report *report)
{
	return report_has_file(report) ? writer_pollfd(&report->file.writer)
				       : (struct pollfd){ .fd = -1 };
}

void
report_flush(struct report *report)
{
	writer_flush(&report->file.writer);
}

int64_t
report_due_ms(const struct report *report)
{
	int64_t due_ms = report->active ? report->deadline_ms : 0;

	return report_has_file(report)
	    ? monotime_sooner(due_ms, writer_due_ms(&report->file.writer))
	    : due_ms;
}

void
report_act(struct report *report, int64_t now_ms)
{
	if (report_has_file(report))
		writer_act(&report->file.writer, now_ms);
}

static void
report_note_silent(struct report *report)
{
	const struct process_table *table = report->table;
	unsigned number, slot;

	report->silent_count = 0;
	for (number = 1; number <= table->children; number++)
		for (slot = number - 1; slot < table->slots;
		     slot += table->children)
			if (report->asked[slot]) {
				report->silent[report->silent_count++] = number;
				break;
			}
}

/* Asked for by a signal: with -quiet, too, where standard output is data. */
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

/* On standard output with -quiet, too: it was asked for by name. */
static void
report_json(struct report *report)
{
	struct session_cache_counts cache;
	struct stats_json_frame frame = {
		.reason = report_reasons[report->reason],
		.pid = (long)getpid(),
		.time = time(NULL),
		.uptime_ms = monotime_ms() - report->start_ms,
		.silent = report->silent,
		.silent_count = report->silent_count,
	};
	struct textbuf line;

	if (report->config->stats_json == NULL)
		return;
	textbuf_init(&line);
	session_cache_count(report->shared->sessions, &cache);
	stats_json(report->shared->stats, &cache, &frame, &line);
	if (report_has_file(report))
		writer_write(&report->file.writer, 0, line.data, line.size);
	else
		output_write(TEXT_OUT, line.data, line.size, report->output);
	textbuf_free(&line);
}

static bool
report_has_file(const struct report *report)
{
	return report->file.name != NULL;
}
