#include "master/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/monotime.h"
#include "master/printer.h"
#include "shared/stats.h"
#include "shared/stats_names.h"

#define PROGRESS_MS   1000
#define PROGRESS_LINE 160

static int64_t progress_due_ms(const void *, int64_t);
static void progress_act(void *, int64_t);
static void progress_write(struct progress *, int64_t);
static void
progress_compose(char *, size_t, uint64_t, const struct stats_numbers *);
static uint64_t progress_resumed(const struct stats_numbers *);

const struct source progress_source = {
	.due_ms = progress_due_ms,
	.act = progress_act,
};

void
progress_open(struct progress *progress, bool wanted, const struct stats *stats,
    struct printer *printer)
{
	const char *terminal = getenv("TERM");

	memset(progress, 0, sizeof(*progress));
	if (!wanted || !isatty(STDERR_FILENO) ||
	    (terminal != NULL && strcmp(terminal, "dumb") == 0))
		return;
	progress->stats = stats;
	progress->printer = printer;
	printer_expect_status(printer);
	progress->last_ms = monotime_ms();
	progress->next_ms = progress->last_ms + PROGRESS_MS;
}

void
progress_close(struct progress *progress)
{
	if (progress->next_ms != 0)
		printer_show_status(progress->printer, "");
	progress->next_ms = 0;
}

static int64_t
progress_due_ms(const void *self, int64_t now_ms)
{
	const struct progress *progress = self;

	(void)now_ms;
	return progress->next_ms;
}

static void
progress_act(void *self, int64_t now_ms)
{
	struct progress *progress = self;

	if (progress->next_ms == 0 || now_ms < progress->next_ms)
		return;
	progress_write(progress, now_ms);
	progress->next_ms = now_ms + PROGRESS_MS;
}

static void
progress_write(struct progress *progress, int64_t now_ms)
{
	struct stats_numbers numbers;
	char line[PROGRESS_LINE];
	uint64_t finished;
	double rate;

	stats_total(progress->stats, &numbers);
	finished = stats_all_finished(&numbers);
	rate = (double)(finished - progress->last_finished) * 1000 /
	    (double)(now_ms - progress->last_ms);
	progress->last_ms = now_ms;
	progress->last_finished = finished;
	progress_compose(line, printer_columns(progress->printer),
	    (uint64_t)(rate + 0.5), &numbers);
	printer_show_status(progress->printer, line);
}

/* A number that is cut would be another one. So what has no room is left out.
 */
static void
progress_compose(char *line, size_t columns, uint64_t rate,
    const struct stats_numbers *numbers)
{
	const struct {
		const char *name;
		uint64_t number;
	} parts[] = {
		{ " handshakes/s", rate },
		{ " open", stats_open(numbers) },
		{ " failed", stats_all_failed(numbers) },
		{ " resumed", progress_resumed(numbers) },
		{ " in all", stats_all_finished(numbers) },
	};
	char part[64];
	size_t i;

	*line = '\0';
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(part, sizeof(part), "%s%" PRIu64 "%s",
		    i > 0 ? ", " : "", parts[i].number, parts[i].name);
		if (strlen(line) + strlen(part) > columns)
			break;
		strlcat(line, part, PROGRESS_LINE);
	}
}

static uint64_t
progress_resumed(const struct stats_numbers *numbers)
{
	/* Full handshakes are one sort, whatever their version. */
	return stats_all_finished(numbers) -
	    stats_finished_of_sort(numbers, stats_sort(0, STATS_FULL));
}
