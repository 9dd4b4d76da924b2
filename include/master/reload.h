/*
 * HUP leads from one generation of workers to the next. First all that a
 * worker is born with is made anew. If that succeeds, the master forks a new
 * generation beside the one that serves. When the new one is ready, the old
 * one is told to drain: it accepts no more and finishes what it has. The
 * listener is open all the time, so no client notices.
 *
 * When the slots of all generations are taken, the rest of the oldest
 * generation is ended to make room.
 *
 *	IDLE ----- asked for, made anew, slots are free -----> STARTING
 *	 ^ |                                                    ^   |
 *	 | '-- the same, no slots --> CUTTING -- these ended ---'   | all
 *	 |                                                          | ready
 *	 '---- the old ones drain, or had their time --- RETIRING <-'
 *
 * A restart is the same for one worker, and makes nothing anew.
 *
 * Only reload.c changes the phase. It knows neither what is made anew nor
 * what children do.
 */
#ifndef RELOAD_H
#define RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "master/pool.h"
#include "master/sources.h"

/*
 * Make all anew that the children to come are born with. Returns 0, or -1: the
 * error is reported in one line, and all is as it was.
 */
typedef int reload_prepare(void *arg);

/* What is told of a reload. A beginning is followed by one of the others. */
enum reload_news { RELOAD_BEGINS, RELOAD_ENDS, RELOAD_FAILS };
typedef void reload_hear(void *arg, enum reload_news);

enum reload_phase {
	RELOAD_IDLE,
	RELOAD_CUTTING, /* the oldest generation is being ended */
	RELOAD_STARTING, /* the newest generation is not all ready yet */
	RELOAD_RETIRING, /* an old child has not said yet that it drains */
};

#define RELOAD_REASON_MAX 512

struct reload {
	struct pool *pool;
	reload_prepare *prepare;
	void *arg;
	reload_hear *hear;
	void *hear_arg;
	enum reload_phase phase;
	struct pool_range range; /* the workers that are renewed */
	bool anew; /* all that they are born with was made anew */
	bool wanted; /* one is asked for that has not begun */
	unsigned count; /* of reloads that are finished */
	unsigned begun; /* how many were begun, */
	unsigned ended; /* are over, whether they failed or not, */
	unsigned failed; /* and the number of the last one that failed */
	char reason[RELOAD_REASON_MAX]; /* of that */
	int64_t deadline_ms; /* the end of the phase; 0: it has no end */
};

void reload_init(struct reload *, struct pool *, reload_prepare *, void *);
/* To be called before the first reload. */
void reload_hear_by(struct reload *, reload_hear *, void *);
/*
 * If one is under way, another follows: files may have changed meanwhile.
 * Returns the number of the reload that will be for this request.
 */
unsigned reload_request(struct reload *);
/*
 * To be called after each turn. RELOAD_BEGINS: it is not over yet. A reload
 * that failed has its reason in reload->reason.
 */
enum reload_news reload_result(const struct reload *, unsigned number);
/* Is nothing under way, nor asked for? */
bool reload_is_idle(const struct reload *);
/*
 * Renew only the worker of this number, counted from 0, and make nothing anew;
 * may be called only if nothing is under way. Returns as reload_request does.
 */
unsigned reload_restart(struct reload *, unsigned number);
/* From now on nothing is reloaded. */
void reload_cancel(struct reload *);

/* Begins reloads and goes on with them; its self is the reload. */
extern const struct source reload_source;

#endif
