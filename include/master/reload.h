/*
 * HUP: from one generation of workers to the next. The master makes everything
 * new that a worker is born with; if that is good it forks a new generation
 * beside the one that serves, and when all of it is ready the old one is told
 * to drain: it accepts no more and finishes what it has. The listener is open
 * all the time, so no client notices.
 *
 * Bounded: when the slots of all generations are taken, what is left of the
 * oldest is ended to make room.
 *
 * Knows nothing of what is made new, nor of what children do.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "master/pool.h"
#include "master/sources.h"

/*
 * Make everything new for the children that are forked from now on. Returns 0,
 * or -1 with all as it was and the error reported in one line.
 */
typedef int reload_prepare(void *arg);

enum reload_phase {
	RELOAD_IDLE,
	RELOAD_CUTTING, /* ending the oldest generation */
	RELOAD_STARTING, /* the newest generation is not all ready yet */
	RELOAD_RETIRING, /* an older one has not said yet that it drains */
};

struct reload {
	struct pool *pool;
	reload_prepare *prepare;
	void *arg;
	enum reload_phase phase;
	bool wanted; /* asked for, and not begun */
	unsigned count; /* finished ones */
	int64_t deadline_ms; /* of the phase: step then; 0: none */
};

void reload_init(struct reload *, struct pool *, reload_prepare *, void *);
/* Once more, if one is under way: files may have changed since it began. */
void reload_request(struct reload *);
/* Nothing is to be made new any more. */
void reload_cancel(struct reload *);

/* Goes on with what was begun; its self is the reload. */
extern const struct source reload_source;

#endif
