/*
 * -progress: while standard error is a terminal, a line there that is written
 * anew each second. Its numbers are in shared memory, so nobody is asked.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "master/sources.h"

struct printer;
struct stats;

struct progress {
	const struct stats *stats;
	struct printer *printer;
	int64_t next_ms; /* when to write; 0: never */
	int64_t last_ms; /* when it was written last */
	uint64_t last_finished; /* handshakes, by then */
};

/* wanted: -progress. Without it, and without a terminal, nothing happens. */
void progress_open(
    struct progress *, bool wanted, const struct stats *, struct printer *);
/* The line goes. */
void progress_close(struct progress *);

/* Writes when it is time; self: the struct progress. */
extern const struct source progress_source;

#endif
