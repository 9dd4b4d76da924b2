/*
 * A worker's ways out for text: an outbox for standard output and one for
 * standard error, each with those of the worker's connections that wait for
 * room in it. Who says something where nobody reads waits; who does not, does
 * not. Where both streams lead to the same place the first one serves both, so
 * that their order is kept.
 */
#ifndef OUTLET_H
#define OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/loop.h"
#include "foundation/text.h"
#include "text/outbox.h"

struct connection;
struct worker;

TAILQ_HEAD(outlet_waiters, connection);

struct outlet {
	struct worker *worker;
	struct outbox outbox;
	struct loop_event event;
	uint32_t events; /* that it is registered for */
	struct outlet_waiters waiters;
};

/* Of a worker, one a descriptor. */
void outlets_init(struct worker *, const int text_fd[TEXT_OUTLETS]);
/* With its loop. Returns 0, or -1 (reported). */
int outlets_register(struct worker *);
/* The text_sink; arg is the worker, whose current connection speaks, if any.
 */
void outlets_text(enum text_stream, const void *, size_t, void *);
/*
 * What was said since is complete. A little of it may wait until the block
 * ends, which is when the loop has nothing else to do: so the master is woken
 * once for all who spoke in a turn. A lost master ends the worker.
 */
void outlets_end_step(struct worker *);
void outlets_end_block(struct worker *);
/* Something waits for the master. */
bool outlets_waiting(const struct worker *);
/* So much waits that no new connection shall add to it. */
bool outlets_overflow(const struct worker *);
/* Watch what waits; once a turn of the loop. */
void outlets_watch(struct worker *);
/* Give the master some time to take the rest. */
void outlets_flush(struct worker *, int timeout_ms);

/*
 * It may have said much in this step, and can say more: it goes on its way now,
 * and the connection waits if that is full.
 */
void outlets_relieve(struct connection *);
/* It has said something where nobody reads: it waits. */
void outlets_pause(struct connection *);
/* It is going away. */
void outlets_forget(struct connection *);

#endif
