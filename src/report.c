#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "monotime.h"
#include "process.h"
#include "report.h"
#include "shared.h"
#include "text.h"
#include "textbuf.h"

int
report_open(struct report *report, unsigned slots)
{
	memset(report, 0, sizeof(*report));
	if ((report->asked = calloc(slots, sizeof(bool))) == NULL) {
		log_warn("cannot report on %u workers", slots);
		return -1;
	}
	return 0;
}

void
report_close(struct report *report)
{
	free(report->asked);
}

void
report_begin(
    struct report *report, struct process_table *table, enum text_stream stream)
{
	unsigned i;

	report->active = true;
	report->table = table;
	report->stream = stream;
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
report_finish(
    struct report *report, const struct shared *shared, int64_t now_ms)
{
	unsigned slot;

	if (!report->active)
		return false;
	if (report->waiting > 0 && now_ms < report->deadline_ms)
		return false;
	report->active = false;
	report_table(shared, report->stream);
	for (slot = 0; report->waiting > 0; slot++) {
		if (!report->asked[slot])
			continue;
		report->waiting--;
		log_warnx("worker %u did not answer: its last known numbers "
			  "count",
		    process_number(report->table, slot));
	}
	return true;
}

void
report_table(const struct shared *shared, enum text_stream stream)
{
	struct textbuf table;

	textbuf_init(&table);
	shared_stats_table(shared, &table);
	text_write(stream, table.data, table.size);
	textbuf_free(&table);
}
