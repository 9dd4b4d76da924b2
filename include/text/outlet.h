/*
 * Where a worker's text goes: an outbox for standard output and one for
 * standard error, each with the speakers that wait for room in it. Only
 * speakers that have written to a full outlet are paused; the others go on. If
 * both streams lead to the same place, the first outlet serves both, so that
 * their order is kept.
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

/* A connection, for which text is written. All zero: it has written nothing. */
struct speaker {
	TAILQ_ENTRY(speaker) entry; /* among the waiters of paused */
	struct outlet *paused; /* the outlet that it waits for, or NULL */
	unsigned
	    spoke; /* a bit for each outlet that it wrote to in this step */
	char tag[24]; /* put before each line: "[17] "; or "" */
	struct loop_task *resume; /* run when there is room again */
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

/*
 * text_fd: a descriptor for each outlet. The rings of the outlets follow each
 * other from the one with this index.
 */
void
outlets_init(struct outlets *, struct loop *, const int text_fd[TEXT_OUTLETS],
    const struct text_rings *, size_t index, bool one);
/* Add the outlets to the loop. Returns 0, or -1 (reported). */
int outlets_register(struct outlets *);
/* Text that is written until the step ends is the speaker's. */
void outlets_enter(struct outlets *, struct speaker *);
/* Write text: a text_sink (text.h). arg is the outlets. */
void outlets_text(enum text_stream, const void *, size_t, void *arg);
/*
 * Returns a place where text may be put together, so that it need not be copied
 * when it is written; or NULL. What is written before that text goes first.
 * outlets_take_back must follow: the place holds nothing then.
 */
void *outlets_lend(struct outlets *, enum text_stream, size_t size);
void outlets_take_back(struct outlets *, enum text_stream);
/*
 * The text since the last call is complete. A short text may wait until the
 * block ends. That is when the loop has nothing else to do, so the master is
 * woken once for all that was written in a turn. If the master is gone, the
 * worker exits.
 */
void outlets_end_step(struct outlets *);
void outlets_end_block(struct outlets *);
/* Returns true if text waits for the master. */
bool outlets_waiting(const struct outlets *);
/* Returns true if so much waits that no new connection may be accepted. */
bool outlets_overflow(const struct outlets *);
/*
 * Must be called once a turn of the loop: where there is room again, text that
 * waits is sent, and speakers that wait go on.
 */
void outlets_watch(struct outlets *);
/* Returns true if memory can be given back, by outlets_trim. */
bool outlets_have_spare(const struct outlets *);
void outlets_trim(struct outlets *);
/* Give the master some time to take the rest. */
void outlets_flush(struct outlets *, int timeout_ms);

/*
 * The speaker may have written much in this step, and can write more. If so,
 * send the text now, and pause the speaker if an outlet is full.
 */
void outlets_relieve(struct outlets *, struct speaker *);
/* The step ends: pause the speaker if it wrote to a full outlet. */
void outlets_pause(struct outlets *, struct speaker *);
/* The speaker goes away. */
void outlets_forget(struct speaker *);

#endif
