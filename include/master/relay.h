/*
 * The relay hands to the printer what children say, in whole blocks and in the
 * order of arrival. Their text comes by channels; that of workers by rings in
 * shared memory (foundation/text_ring.h), and then the channels only wake who
 * sleeps.
 *
 * Text in a ring is written from there. What the printer must queue it leaves
 * there; nothing else is read for that outlet until it is written. Each turn of
 * the master takes what was there when it began, and the relay asks to be woken
 * for more when it has found nothing. While much text comes, being woken for
 * each bit of it would cost more than the text. So after a turn with much text,
 * the relay asks to be woken for much, and looks by itself a moment later.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stdint.h>

#include "foundation/message.h"
#include "foundation/text_ring.h"
#include "foundation/textbuf.h"

struct printer;
struct pool;

/* The text of one outlet of one child. */
struct relay_text {
	struct textbuf partial; /* a block whose end has not come yet */
	struct text_ring_reader ring;
	/*
	 * When to read the ring if nobody wakes the relay, CLOCK_MONOTONIC.
	 * 0: not at all.
	 */
	int64_t look_ms;
};

struct relay {
	struct pool *pool;
	struct printer *printer;
	const struct text_rings *rings; /* NULL: text comes by channels only */
	struct relay_text *text; /* TEXT_OUTLETS a slot; owned */
	unsigned looks; /* so many of them have a look_ms */
	unsigned first[TEXT_OUTLETS]; /* the slot behind the last lender's */
	/* Whose ring has what the printer has queued of an outlet, or NULL */
	struct relay_text *lender[TEXT_OUTLETS];
	unsigned char body[MESSAGE_BODY_MAX];
};

/* rings: TEXT_OUTLETS for each slot, or NULL. Returns 0, or -1 (reported). */
int relay_open(
    struct relay *, struct pool *, struct printer *, const struct text_rings *);
void relay_close(struct relay *);
/*
 * This text channel is readable, or its ring may have text: read while the
 * printer has room for it.
 */
void relay_read(struct relay *, unsigned slot, unsigned outlet);
/* Read the rings of this slot: what the process says next comes after that. */
void relay_read_rings(struct relay *, unsigned slot);
/* When relay_act must be called, of CLOCK_MONOTONIC; 0: never. */
int64_t relay_due_ms(const struct relay *, int64_t now_ms);
void relay_act(struct relay *, int64_t now_ms);
/*
 * The process of this slot is dead: take all that it said, but for a block that
 * was cut.
 */
void relay_bury(struct relay *, unsigned slot);

#endif
