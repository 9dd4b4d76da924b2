/*
 * The text of a worker on its way to the master, by a ring in shared memory
 * (foundation/text_ring.h). What one connection writes in one step is one
 * block, so its lines stay together; much text in one step is several blocks. A
 * block may have short texts of several connections. A block of any size is
 * printed whole, or, if the worker is killed before it is complete, not at all.
 *
 * The master is told of text by a message only if it sleeps. It may be slow to
 * take the text (a stopped terminal, a full pipe). Then the ring is full, what
 * does not fit waits here, and connections that write wait until there is room
 * again; the others go on. While the outbox overflows, no new connection is
 * accepted. So the waiting text is bounded by that limit and by what each open
 * connection can write in one step.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "foundation/channel.h"
#include "foundation/text.h"
#include "foundation/text_ring.h"
#include "foundation/textbuf.h"

/* A block of fewer bytes may take the text of another connection. */
#define OUTBOX_LITTLE (4 * 1024)
/* What has come from a peer in one step is ended as a block then. */
#define OUTBOX_LARGE (48 * 1024)
/* With less room in the ring, it counts as full. */
#define OUTBOX_ROOM	(24 * 1024)
#define OUTBOX_OVERFLOW (2 * 1024 * 1024) /* bytes that do not fit */

struct outbox {
	struct channel channel; /* by which the two wake each other */
	struct text_ring_writer ring;
	uint64_t told; /* so far the master need not be woken */
	/*
	 * Pieces that did not fit: an outbox_piece and its text, several times.
	 * If there is any, new text goes here, too.
	 */
	struct textbuf rest;
	size_t rest_taken; /* of it: is in the ring now */
	size_t rest_last; /* where the last piece of a block begins */
	bool rest_open; /* that block is not complete */
	void *lent; /* the place, or NULL; until its text is written: */
	struct textbuf aside; /* other text, as in rest */
};

void
outbox_init(struct outbox *, int fd, const struct text_rings *, size_t index);

/* Append to the block. */
void
outbox_write(struct outbox *, enum text_stream, const void *data, size_t size);
/*
 * Returns a place where text of so many bytes may be put together, so that
 * outbox_write need not copy it; or NULL. What is written before that text goes
 * first. outbox_take_back must follow.
 */
void *outbox_lend(struct outbox *, enum text_stream, size_t size);
/* The place holds nothing that is still to be written. */
void outbox_take_back(struct outbox *);
/*
 * The text of a connection is complete. The block is complete too, unless it is
 * short. Returns 0, or -1 if the master is gone.
 */
int outbox_end_step(struct outbox *);
/* The block is complete. Returns 0, or -1 if the master is gone. */
int outbox_end_block(struct outbox *);

/* Returns true if the block should be ended now. */
bool outbox_is_large(const struct outbox *);
bool outbox_full(struct outbox *);
/* Returns true if so much waits that no new connection may be accepted. */
bool outbox_overflows(const struct outbox *);
/* Returns true if text waits for room in the ring. */
bool outbox_waiting(const struct outbox *);
/* Returns true if memory can be given back, by outbox_trim. */
bool outbox_has_spare(const struct outbox *);
/* Returns 0, or -1 if the master is gone. */
int outbox_trim(struct outbox *);
/*
 * Returns true if there is room; else this process is woken when there is. The
 * descriptor of the channel is readable then.
 */
bool outbox_await_room(struct outbox *);
/*
 * Hear the master, and put into the ring what fits. Returns 0, or -1 if the
 * master is gone.
 */
int outbox_flush(struct outbox *);

#endif
