/*
 * What a worker has to say, on its way to the master. What one connection says
 * within one step travels in one block, so its lines stay together; if it is
 * sent much in that step, in several. A block may have the words of several
 * connections, if they are short. A block of any size is written whole or, if
 * the worker is killed amid it, not at all.
 *
 * The master may be slow to take it (a stopped terminal, a full pipe): then the
 * outbox is full, and connections that have something to say wait until it is
 * empty again, while the others go on. When it overflows no new connection is
 * accepted. What waits is therefore bounded: by that, and by what the open
 * connections can say in one step each.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "foundation/channel.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"

/* Bytes of a block to which the words of another connection may be added. */
#define OUTBOX_LITTLE (4 * 1024)
/* A block to which a record more may not fit into its packet. */
#define OUTBOX_LARGE (48 * 1024)
/* Bytes that the channel has not taken. */
#define OUTBOX_FULL	(64 * 1024)
#define OUTBOX_OVERFLOW (2 * 1024 * 1024)

struct outbox {
	struct channel channel;
	struct textbuf block; /* being gathered */
	enum text_stream stream; /* of the end of the block */
};

void outbox_init(struct outbox *, int fd);

/* Add to the block. */
void
outbox_write(struct outbox *, enum text_stream, const void *data, size_t size);
/* What a connection said is complete; so is the block, if it is not short. */
int outbox_end_step(struct outbox *);
/* The block is complete. -1: the master is gone. */
int outbox_end_block(struct outbox *);

/* The block had better be complete now. */
bool outbox_is_large(const struct outbox *);
bool outbox_full(const struct outbox *);
/* So much waits that no new connection shall add to it. */
bool outbox_overflows(const struct outbox *);
/* Something waits until the channel is writable. */
bool outbox_waiting(const struct outbox *);
/* It is. -1: the master is gone. */
int outbox_flush(struct outbox *);

#endif
