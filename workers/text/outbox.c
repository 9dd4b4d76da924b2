#include "text/outbox.h"

#include <string.h>

#include "foundation/message.h"

/* Half of a ring that is free takes what waits for room. */
_Static_assert(OUTBOX_ROOM <= TEXT_RING_MIN / 2 &&
	2 * TEXT_RING_PIECE <= TEXT_RING_MIN / 2,
    "a ring is too small");

struct outbox_piece {
	uint32_t size;
	uint16_t stream;
	bool more;
};

static void outbox_put(struct outbox *, enum text_stream, const void *, size_t);
static void
outbox_keep(struct outbox *, enum text_stream, const void *, size_t);
static void
outbox_add_piece(struct textbuf *, enum text_stream, const void *, size_t);
static void outbox_end_rest(struct outbox *);
static void outbox_put_rest(struct outbox *);
static int outbox_wake_master(struct outbox *);

void
outbox_init(
    struct outbox *outbox, int fd, const struct text_rings *rings, size_t index)
{
	memset(outbox, 0, sizeof(*outbox));
	channel_init(&outbox->channel, fd);
	channel_hear(&outbox->channel, PARTY_PRINTER, PARTY_WORKER);
	text_ring_write(&outbox->ring, rings, index);
}

void
outbox_write(struct outbox *outbox, enum text_stream stream, const void *data,
    size_t size)
{
	stream = text_is_error(stream) ? TEXT_ERR : TEXT_OUT;
	if (outbox->lent != NULL &&
	    (data != outbox->lent || outbox->aside.size > 0)) {
		outbox_add_piece(&outbox->aside, stream, data, size);
		if (data == outbox->lent)
			outbox_take_back(outbox);
		return;
	}
	outbox->lent = NULL;
	outbox_put(outbox, stream, data, size);
}

void *
outbox_lend(struct outbox *outbox, enum text_stream stream, size_t size)
{
	stream = text_is_error(stream) ? TEXT_ERR : TEXT_OUT;
	if (!outbox_waiting(outbox))
		outbox->lent = text_ring_space(&outbox->ring, stream, size);
	return outbox->lent;
}

void
outbox_take_back(struct outbox *outbox)
{
	struct textbuf *aside = &outbox->aside;
	struct outbox_piece piece;
	const char *data;
	size_t at;

	outbox->lent = NULL;
	if (aside->size == 0)
		return;
	for (at = 0; at < aside->size; at += piece.size) {
		data = aside->data + at;
		memcpy(&piece, data, sizeof(piece));
		at += sizeof(piece);
		outbox_put(outbox, (enum text_stream)piece.stream,
		    data + sizeof(piece), piece.size);
	}
	textbuf_free(aside);
}

int
outbox_end_step(struct outbox *outbox)
{
	return text_ring_unpublished(&outbox->ring) < OUTBOX_LITTLE &&
		!outbox->rest_open
	    ? 0
	    : outbox_end_block(outbox);
}

int
outbox_end_block(struct outbox *outbox)
{
	/* A worker that cannot go on may be here while the place is lent. */
	outbox_take_back(outbox);
	if (outbox->rest_open)
		outbox_put_rest(outbox);
	else if (text_ring_unpublished(&outbox->ring) > 0)
		text_ring_publish(&outbox->ring, false);
	return outbox_wake_master(outbox);
}

bool
outbox_is_large(const struct outbox *outbox)
{
	return text_ring_unpublished(&outbox->ring) > OUTBOX_LARGE ||
	    (outbox->rest_open &&
		outbox->rest.size - outbox->rest_taken > OUTBOX_LARGE);
}

bool
outbox_full(struct outbox *outbox)
{
	return outbox_waiting(outbox) ||
	    text_ring_room(&outbox->ring, OUTBOX_ROOM) < OUTBOX_ROOM;
}

bool
outbox_overflows(const struct outbox *outbox)
{
	return outbox->rest.size - outbox->rest_taken > OUTBOX_OVERFLOW;
}

bool
outbox_waiting(const struct outbox *outbox)
{
	return outbox->rest.size > 0;
}

bool
outbox_has_spare(const struct outbox *outbox)
{
	return outbox->ring.spread;
}

int
outbox_trim(struct outbox *outbox)
{
	text_ring_trim(&outbox->ring);
	return outbox_wake_master(outbox);
}

bool
outbox_await_room(struct outbox *outbox)
{
	return text_ring_await_room(&outbox->ring);
}

int
outbox_flush(struct outbox *outbox)
{
	struct message message = { .type = 0 };
	int heard;

	if (channel_flush(&outbox->channel) == -1)
		return -1;
	while ((heard = channel_receive(&outbox->channel, &message, NULL)) == 1)
		;
	if (heard == -1)
		return -1;
	outbox_put_rest(outbox);
	return outbox_wake_master(outbox);
}

static void
outbox_put(struct outbox *outbox, enum text_stream stream, const void *data,
    size_t size)
{
	size_t put = 0;

	if (!outbox_waiting(outbox)) {
		put = text_ring_put(&outbox->ring, stream, data, size);
		if (put < size)
			text_ring_publish(&outbox->ring, true);
	}
	if (put < size)
		outbox_keep(
		    outbox, stream, (const char *)data + put, size - put);
}

/* There is no room: keep the text, in pieces that fit into any ring. */
static void
outbox_keep(struct outbox *outbox, enum text_stream stream, const void *data,
    size_t size)
{
	const char *from = data;
	size_t n;

	for (; size > 0; size -= n, from += n) {
		n = size < TEXT_RING_PIECE ? size : TEXT_RING_PIECE;
		outbox->rest_last = outbox->rest.size;
		outbox_add_piece(&outbox->rest, stream, from, n);
	}
	outbox->rest_open = true;
}

static void
outbox_add_piece(struct textbuf *pieces, enum text_stream stream,
    const void *data, size_t size)
{
	struct outbox_piece piece = { (uint32_t)size, (uint16_t)stream, true };

	textbuf_append(pieces, &piece, sizeof(piece));
	textbuf_append(pieces, data, size);
}

/* The last piece is the end of a block. */
static void
outbox_end_rest(struct outbox *outbox)
{
	struct outbox_piece piece;
	char *last;

	if (!outbox->rest_open)
		return;
	last = outbox->rest.data + outbox->rest_last;
	memcpy(&piece, last, sizeof(piece));
	piece.more = false;
	memcpy(last, &piece, sizeof(piece));
	outbox->rest_open = false;
}

/* The block is complete: put what there is room for. */
static void
outbox_put_rest(struct outbox *outbox)
{
	struct textbuf *rest = &outbox->rest;
	struct outbox_piece piece;
	const char *data;

	outbox_end_rest(outbox);
	while (outbox->rest_taken < rest->size) {
		data = rest->data + outbox->rest_taken;
		memcpy(&piece, data, sizeof(piece));
		if (text_ring_room(&outbox->ring, piece.size) < piece.size)
			break;
		(void)text_ring_put(&outbox->ring,
		    (enum text_stream)piece.stream, data + sizeof(piece),
		    piece.size);
		text_ring_publish(&outbox->ring, piece.more);
		outbox->rest_taken += sizeof(piece) + piece.size;
	}
	if (outbox->rest_taken == rest->size)
		textbuf_free(rest);
	else if (outbox->rest_taken > rest->size / 2)
		textbuf_drop(rest, outbox->rest_taken);
	else
		return;
	outbox->rest_taken = 0;
}

static int
outbox_wake_master(struct outbox *outbox)
{
	if (outbox->told == outbox->ring.begin)
		return 0;
	outbox->told = outbox->ring.begin;
	if (!text_ring_wakes_reader(&outbox->ring))
		return 0;
	return channel_say(&outbox->channel, MESSAGE_TEXT_THERE, 0);
}
