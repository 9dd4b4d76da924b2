/*
 * The text of a worker on its way to the master. What one connection writes in
 * one step is one block, so its lines stay together; much text in one step is
 * several blocks. A block may have short texts of several connections. A block
 * of any size is written whole, or, if the worker is killed while it sends the
 * block, not at all.
 *
 * The master may be slow to take the text (a stopped terminal, a full pipe).
 * Then the outbox is full, and connections that write to it wait until it is
 * empty again; the others go on. While the outbox overflows, no new connection
 * is accepted. So the waiting text is bounded by that limit and by what each
 * open connection can write in one step.
 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "foundation/channel.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"

/* A block of fewer bytes may take the text of another connection. */
#define OUTBOX_LITTLE (4 * 1024)
/* If larger, a block and another TLS record may not fit into one packet. */
#define OUTBOX_LARGE (48 * 1024)
/* Bytes that the channel has queued. */
#define OUTBOX_FULL	(64 * 1024)
#define OUTBOX_OVERFLOW (2 * 1024 * 1024)

struct outbox {
	struct channel channel;
	struct textbuf block; /* the block that is being gathered */
	enum text_stream stream; /* of the text in block */
};

void outbox_init(struct outbox *, int fd);

/* Append to the block. */
void
outbox_write(struct outbox *, enum text_stream, const void *data, size_t size);
/*
 * The text of a connection is complete. The block is complete too, unless it is
 * short. Returns 0, or -1 if the master is gone.
 */
int outbox_end_step(struct outbox *);
/* The block is complete. Returns 0, or -1 if the master is gone. */
int outbox_end_block(struct outbox *);

/* Returns true if the block should be ended now. */
bool outbox_is_large(const struct outbox *);
bool outbox_full(const struct outbox *);
/* Returns true if so much waits that no new connection may be accepted. */
bool outbox_overflows(const struct outbox *);
/* Returns true if text waits until the channel is writable. */
bool outbox_waiting(const struct outbox *);
/* The channel is writable. Returns 0, or -1 if the master is gone. */
int outbox_flush(struct outbox *);

#endif
