/*
 * What workers say on their text channels, put into the output in whole
 * blocks, in the order of its arrival.
 */
#ifndef RELAY_H
#define RELAY_H

#include "foundation/message.h"

struct output;
struct pool;
struct textbuf;

struct relay {
	struct pool *pool;
	struct output *output;
	/* Blocks that go on, TEXT_OUTLETS for each slot; owned. */
	struct textbuf *partial;
	unsigned char body[MESSAGE_BODY_MAX];
};

/* Returns 0, or -1 (reported). */
int relay_open(struct relay *, struct pool *, struct output *);
void relay_close(struct relay *);
/* This text channel is readable: read while the output has room there. */
void relay_read(struct relay *, unsigned slot, unsigned outlet);
/*
 * The process of this slot is dead: take all that it said, but for a block that
 * was cut.
 */
void relay_bury(struct relay *, unsigned slot);

#endif
