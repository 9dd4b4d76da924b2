/*
 * The relay reads the text channels of children and hands what they say to the
 * printer, in whole blocks and in the order of arrival.
 */
#ifndef RELAY_H
#define RELAY_H

#include "foundation/message.h"

struct printer;
struct pool;
struct textbuf;

struct relay {
	struct pool *pool;
	struct printer *printer;
	/* Blocks whose end has not come yet: TEXT_OUTLETS a slot; owned. */
	struct textbuf *partial;
	unsigned char body[MESSAGE_BODY_MAX];
};

/* Returns 0, or -1 (reported). */
int relay_open(struct relay *, struct pool *, struct printer *);
void relay_close(struct relay *);
/* This text channel is readable: read while the printer has room for it. */
void relay_read(struct relay *, unsigned slot, unsigned outlet);
/*
 * The process of this slot is dead: take all that it said, but for a block that
 * was cut.
 */
void relay_bury(struct relay *, unsigned slot);

#endif
