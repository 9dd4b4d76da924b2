/*
 * A worker's ways out for text: an outbox for standard output and one for
 * standard error, each with the speakers that wait for room in it. Only
 * speakers that have written to a full outlet are paused; the others go on.
 * Where both streams lead to the same place the first outlet serves both, so
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

struct outlet;

/* One that text is written for: a connection. All zero is a silent speaker. */
struct speaker {
	TAILQ_ENTRY(speaker) entry; /* of those that wait for the same outlet */
	struct outlet *paused; /* the one that the speaker waits for, or NULL */
	unsigned
	    spoke; /* a bit for each outlet that it wrote to in this step */
	char tag[24]; /* put before each line: "[17] "; or "" */
	struct loop_task *resume; /* deferred when there is room again */
};
TAILQ_HEAD(speakers, speaker);

struct outlet {
	struct outlets *all;
	struct outbox outbox;
	struct loop_event event;
	uint32_t events; /* that the event is registered for */
	struct speakers waiters;
};

struct outlets {
	struct loop *loop;
	struct outlet outlet[TEXT_OUTLETS];
	bool one; /* the first one serves both streams */
	struct speaker *current; /* NULL: the worker speaks for itself */
};

/* text_fd: a descriptor for each outlet. */
void outlets_init(
    struct outlets *, struct loop *, const int text_fd[TEXT_OUTLETS], bool one);
/* With the loop. Returns 0, or -1 (reported). */
int outlets_register(struct outlets *);
/* What is written from now on, until the step ends, is the speaker's. */
void outlets_enter(struct outlets *, struct speaker *);
/* The text_sink (text.h); arg is the outlets. */
void outlets_text(enum text_stream, const void *, size_t, void *arg);
/*
 * What was said since the last call is complete. A little of it may wait until
 * the block ends, which is when the loop has nothing else to do: so the master
 * is woken once for all that spoke in a turn. If the master is gone, the worker
 * exits.
 */
void outlets_end_step(struct outlets *);
void outlets_end_block(struct outlets *);
/* Something waits for the master. */
bool outlets_waiting(const struct outlets *);
/* So much waits that no new connection shall add to it. */
bool outlets_overflow(const struct outlets *);
/* Once a turn of the loop: wait for room if something waits. */
void outlets_watch(struct outlets *);
/* Give the master some time to take the rest. */
void outlets_flush(struct outlets *, int timeout_ms);

/*
 * The speaker may have said much in this step, and can say more: its text goes
 * on its way now, and the speaker is paused if an outlet is full.
 */
void outlets_relieve(struct outlets *, struct speaker *);
/* The step ends: the speaker is paused if it wrote to a full outlet. */
void outlets_pause(struct outlets *, struct speaker *);
/* The speaker goes away. */
void outlets_forget(struct speaker *);

#endif
