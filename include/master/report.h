/*
 * Statistics on demand: ask every worker over its pipe, wait a moment for
 * the answers, print the sums. The numbers themselves stand in shared memory,
 * so one that is stopped or dead is counted with its last ones, and named.
 *
 * Also at the end, and with -stats_json for programs.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "master/sources.h"
#include "master/stats_file.h"

struct config;
struct output;
struct pool;
struct shared;

#define REPORT_WAIT_MS 300

/* Why there is a report. */
enum report_reason { REPORT_COMMAND, REPORT_SIGNAL, REPORT_END };

struct report {
	const struct config *config;
	const struct shared *shared;
	struct pool *pool; /* the workers */
	struct output *output;
	struct stats_file file; /* of -stats_json, unless it is "-" */
	int64_t start_ms;
	bool active;
	enum report_reason reason;
	uint64_t request; /* number of the question */
	int64_t deadline_ms;
	unsigned waiting; /* workers that have not answered */
	bool *asked; /* by slot: answer still missing; owned */
	unsigned *silent; /* numbers of who did not answer in time; owned */
	unsigned silent_count;
};

/* Returns 0, or -1 (reported). */
int report_open(struct report *, const struct config *, const struct shared *,
    struct pool *, struct output *);
/* What is under way to a file may take so long. */
void report_close(struct report *, int timeout_ms);

void report_begin(struct report *, enum report_reason);
void report_answer(struct report *, unsigned slot, uint64_t request);
/* The last one; if the server is cut short there is no table. */
void report_end(struct report *, bool cut_short);

/* Prints when all have answered, and writes to the file; self: the report. */
extern const struct source report_source;

#endif
