/*
 * Statistics on demand: when the workers have been asked (census.h), the sums
 * are printed, and who did not answer is named.
 *
 * The table is also printed at the end, and -stats_json writes it for programs.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "master/sources.h"
#include "master/stats_file.h"

struct census;
struct config;
struct printer;
struct shared;
struct textbuf;

/* Why there is a report. */
enum report_reason {
	REPORT_COMMAND,
	REPORT_SIGNAL,
	REPORT_CONTROL,
	REPORT_END
};

struct report {
	const struct config *config;
	const struct shared *shared;
	struct census *census;
	struct printer *printer;
	struct stats_file file; /* of -stats_json, unless it is "-" */
	int64_t start_ms;
	bool active;
	enum report_reason reason;
	uint64_t round; /* of the census */
};

/* Returns 0, or -1 (reported). */
int report_open(struct report *, const struct config *, const struct shared *,
    struct census *, struct printer *);
/* Lines for a file are written within this time, or lost. */
void report_close(struct report *, int timeout_ms);

void report_begin(struct report *, enum report_reason);
/* The last report. If the server is cut short, without the table. */
void report_end(struct report *, bool cut_short);
/*
 * Append what -stats_json would write now. To be called for the answer of the
 * census, when that has come; or at the end.
 */
void
report_line(const struct report *, enum report_reason, struct textbuf *line);

/* Prints after the census, and writes to the file; self: the report. */
extern const struct source report_source;

#endif
