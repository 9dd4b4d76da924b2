/*
 * Statistics on demand: ask every worker over its pipe, wait a moment for
 * the answers, print the sums. The numbers themselves stand in shared memory,
 * so one that is stopped or dead is counted with its last ones, and named.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct process_table;
struct shared;

#define REPORT_WAIT_MS 300

struct report {
	bool active;
	struct process_table *table;
	uint64_t request; /* number of the question */
	enum text_stream stream; /* for the answer */
	int64_t deadline_ms;
	unsigned waiting; /* workers that have not answered */
	bool *asked; /* by slot: answer still missing; owned */
};

/* Returns 0, or -1 (reported). */
int report_open(struct report *, unsigned slots);
void report_close(struct report *);

/* The stream is where the table goes. */
void report_begin(struct report *, struct process_table *, enum text_stream);
void report_answer(struct report *, unsigned slot, uint64_t request);
/* If every answer is here or the time is over, print and return true. */
bool report_finish(struct report *, const struct shared *, int64_t now_ms);
/* The table alone: at the end of the program. */
void report_table(const struct shared *, enum text_stream);

#endif
