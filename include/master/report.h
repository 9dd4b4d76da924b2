/*
 * Statistics on demand: the master asks every worker over its control channel,
 * waits a moment for the answers, and prints the sums. The numbers are in
 * shared memory, so a worker that is stopped or dead counts with its last ones;
 * a worker that does not answer is named.
 *
 * The table is also printed at the end, and -stats_json writes it for programs.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "master/sources.h"
#include "master/stats_file.h"

struct config;
struct printer;
struct pool;
struct shared;

#define REPORT_WAIT_MS 300

/* Why there is a report. */
enum report_reason { REPORT_COMMAND, REPORT_SIGNAL, REPORT_END };

struct report {
	const struct config *config;
	const struct shared *shared;
	struct pool *pool; /* the workers */
	struct printer *printer;
	struct stats_file file; /* of -stats_json, unless it is "-" */
	int64_t start_ms;
	bool active;
	enum report_reason reason;
	uint64_t request; /* number of the question */
	int64_t deadline_ms;
	unsigned waiting; /* workers that have not answered */
	bool *asked; /* by slot: answer still missing; owned */
	unsigned *silent; /* numbers of those that did not answer; owned */
	unsigned silent_count;
};

/* Returns 0, or -1 (reported). */
int report_open(struct report *, const struct config *, const struct shared *,
    struct pool *, struct printer *);
/* Lines for a file are written within this time, or lost. */
void report_close(struct report *, int timeout_ms);

void report_begin(struct report *, enum report_reason);
void report_answer(struct report *, unsigned slot, uint64_t request);
/* The last report. If the server is cut short, without the table. */
void report_end(struct report *, bool cut_short);

/* Prints when all have answered, and writes to the file; self: the report. */
extern const struct source report_source;

#endif
