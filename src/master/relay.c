#include <stdlib.h>
#include <string.h>

#include "foundation/log.h"
#include "foundation/textbuf.h"
#include "master/pool.h"
#include "master/printer.h"
#include "master/relay.h"

/* A piece of a partial block; its bytes follow. */
struct relay_piece {
	enum text_stream stream;
	uint32_t size;
};

static bool relay_take(struct relay *, unsigned, unsigned);
static void
relay_block(struct relay *, unsigned, struct textbuf *, const struct message *);
static void relay_release(struct relay *, struct textbuf *, unsigned);

int
relay_open(struct relay *relay, struct pool *pool, struct printer *printer)
{
	relay->pool = pool;
	relay->printer = printer;
	relay->partial =
	    calloc((size_t)pool->slots * TEXT_OUTLETS, sizeof(*relay->partial));
	if (relay->partial != NULL || pool->slots == 0)
		return 0;
	log_warn("cannot listen to %u workers", pool->children);
	return -1;
}

void
relay_close(struct relay *relay)
{
	free(relay->partial);
}

void
relay_read(struct relay *relay, unsigned slot, unsigned outlet)
{
	while (!printer_full(relay->printer, outlet) &&
	    relay_take(relay, slot, outlet))
		;
}

void
relay_bury(struct relay *relay, unsigned slot)
{
	unsigned i;

	/* However much the printer has to do: the text cannot be had later. */
	for (i = 0; i < TEXT_OUTLETS; i++) {
		while (relay_take(relay, slot, i))
			;
		textbuf_free(&relay->partial[slot * TEXT_OUTLETS + i]);
	}
}

static bool
relay_take(struct relay *relay, unsigned slot, unsigned outlet)
{
	struct channel *text = &relay->pool->slot[slot].text[outlet];
	struct message message;

	if (channel_receive(text, &message, relay->body) != 1)
		return false;
	relay_block(relay, outlet,
	    &relay->partial[slot * TEXT_OUTLETS + outlet], &message);
	return true;
}

/* A block of several packets is written when its last one is there. */
static void
relay_block(struct relay *relay, unsigned outlet, struct textbuf *partial,
    const struct message *message)
{
	bool more = (message->flags & MESSAGE_FLAG_MORE) != 0;
	struct relay_piece piece = {
		.stream = (enum text_stream)message->stream,
		.size = message->size,
	};

	if (!more && partial->size == 0) {
		printer_write(
		    piece.stream, relay->body, piece.size, relay->printer);
		return;
	}
	textbuf_append(partial, &piece, sizeof(piece));
	textbuf_append(partial, relay->body, piece.size);
	if (!more)
		relay_release(relay, partial, outlet);
}

static void
relay_release(struct relay *relay, struct textbuf *partial, unsigned outlet)
{
	struct relay_piece piece;
	size_t at;

	printer_begin_block(relay->printer, outlet);
	for (at = 0; at < partial->size; at += piece.size) {
		memcpy(&piece, partial->data + at, sizeof(piece));
		at += sizeof(piece);
		printer_write(piece.stream, partial->data + at, piece.size,
		    relay->printer);
	}
	printer_end_block(relay->printer, outlet);
	textbuf_free(partial);
}
