#include <stdlib.h>
#include <string.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "master/pool.h"
#include "master/printer.h"
#include "master/relay.h"

#define RELAY_MUCH    (16 * 1024) /* bytes in one turn */
#define RELAY_LOOK_MS 4 /* after so much, look again */

/* A piece of a partial block; its bytes follow. */
struct relay_piece {
	enum text_stream stream;
	uint32_t size;
};

static struct relay_text *relay_text(struct relay *, unsigned, unsigned);
static void relay_look_at(struct relay *, struct relay_text *, int64_t);
static bool relay_take(struct relay *, unsigned, unsigned);
static void
relay_add(struct textbuf *, const struct relay_piece *, const void *);
static void relay_release(struct relay *, struct textbuf *, unsigned);
static void relay_read_ring(struct relay *, unsigned, unsigned);
static void relay_tell_room(struct relay_text *, struct channel *);
static void relay_read_all(struct relay *, unsigned, int64_t);
static bool relay_may_print(const struct relay *, unsigned);
static void relay_regain(struct relay *, unsigned);
static int64_t relay_take_ring(struct relay *, unsigned, unsigned, bool);
static int relay_next(const struct relay *, struct relay_text *, unsigned,
    struct text_ring_piece *);
static void relay_piece(struct relay *, unsigned, struct textbuf *,
    const struct text_ring_piece *, bool);
static void relay_refuse(struct relay *, unsigned, unsigned);

int
relay_open(struct relay *relay, struct pool *pool, struct printer *printer,
    const struct text_rings *rings)
{
	unsigned i, count = pool->slots * TEXT_OUTLETS;

	relay->pool = pool;
	relay->printer = printer;
	relay->rings = rings;
	relay->looks = 0;
	memset(relay->first, 0, sizeof(relay->first));
	memset(relay->lender, 0, sizeof(relay->lender));
	relay->text = calloc(count, sizeof(*relay->text));
	if (relay->text == NULL && count > 0) {
		log_warn("cannot listen to %u workers", pool->children);
		return -1;
	}
	for (i = 0; i < count && rings != NULL; i++)
		text_ring_read(&relay->text[i].ring, rings, i);
	return 0;
}

void
relay_close(struct relay *relay)
{
	free(relay->text);
}

void
relay_read(struct relay *relay, unsigned slot, unsigned outlet)
{
	while (!printer_full(relay->printer, outlet) &&
	    relay_take(relay, slot, outlet))
		;
	relay_read_ring(relay, slot, outlet);
}

void
relay_read_rings(struct relay *relay, unsigned slot)
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		relay_read_ring(relay, slot, i);
}

int64_t
relay_due_ms(const struct relay *relay, int64_t now_ms)
{
	const struct relay_text *text;
	int64_t due_ms = 0;
	unsigned i, left = relay->looks;

	for (i = 0; i < TEXT_OUTLETS; i++)
		if (relay->lender[i] != NULL &&
		    !printer_has_lent(relay->printer, i))
			return now_ms;
	for (i = 0; left > 0; i++) {
		text = &relay->text[i];
		left -= text->look_ms != 0;
		if (text->look_ms == 0 ||
		    !relay_may_print(relay, i % TEXT_OUTLETS))
			continue;
		due_ms = monotime_sooner(
		    due_ms, text->look_ms < now_ms ? now_ms : text->look_ms);
	}
	return due_ms;
}

void
relay_act(struct relay *relay, int64_t now_ms)
{
	unsigned outlet;

	for (outlet = 0; outlet < TEXT_OUTLETS; outlet++) {
		relay_regain(relay, outlet);
		relay_read_all(relay, outlet, now_ms);
	}
}

/* Each has its turn: the ring behind the last lender is the first one. */
static void
relay_read_all(struct relay *relay, unsigned outlet, int64_t now_ms)
{
	unsigned n, slot, slots = relay->pool->slots;
	unsigned first = relay->first[outlet];
	const struct relay_text *text;

	for (n = 0; n < slots && relay->looks > 0; n++) {
		slot = (first + n) % slots;
		text = relay_text(relay, slot, outlet);
		if (text->look_ms == 0 || text->look_ms > now_ms)
			continue;
		relay_read_ring(relay, slot, outlet);
		pool_end_refused(relay->pool, slot);
	}
}

void
relay_bury(struct relay *relay, unsigned slot)
{
	struct relay_text *text;
	unsigned i;

	/* However much the printer has to do: the text cannot be had later. */
	for (i = 0; i < TEXT_OUTLETS; i++) {
		text = relay_text(relay, slot, i);
		while (relay_take(relay, slot, i))
			;
		if (relay->rings != NULL) {
			if (relay->lender[i] == text) {
				printer_keep_lent(relay->printer, i);
				relay->lender[i] = NULL;
			}
			(void)relay_take_ring(relay, slot, i, true);
			text_ring_reset(&text->ring);
			relay_look_at(relay, text, 0);
		}
		textbuf_free(&text->partial);
	}
}

static struct relay_text *
relay_text(struct relay *relay, unsigned slot, unsigned outlet)
{
	return &relay->text[slot * TEXT_OUTLETS + outlet];
}

static void
relay_look_at(struct relay *relay, struct relay_text *text, int64_t look_ms)
{
	if (text->look_ms != 0)
		relay->looks--;
	if (look_ms != 0)
		relay->looks++;
	text->look_ms = look_ms;
}

/* Returns true if there may be another message. */
static bool
relay_take(struct relay *relay, unsigned slot, unsigned outlet)
{
	struct channel *channel = &relay->pool->slot[slot].text[outlet];
	struct message message = { .type = 0 };
	struct text_ring_piece piece = { .stream = TEXT_OUT };

	if (channel_receive(channel, &message, relay->body) != 1)
		return false;
	/* More may be in the ring; the next turn reads what is behind it. */
	if (message.type == MESSAGE_TEXT_THERE)
		return false;
	piece.stream = (enum text_stream)message.stream;
	piece.more = (message.flags & MESSAGE_FLAG_MORE) != 0;
	piece.part[0].data = relay->body;
	piece.part[0].size = message.size;
	relay_piece(relay, outlet, &relay_text(relay, slot, outlet)->partial,
	    &piece, false);
	return true;
}

static void
relay_add(
    struct textbuf *partial, const struct relay_piece *piece, const void *data)
{
	textbuf_append(partial, piece, sizeof(*piece));
	textbuf_append(partial, data, piece->size);
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

/* Read what is there, and see to it that the rest is read. */
static void
relay_read_ring(struct relay *relay, unsigned slot, unsigned outlet)
{
	struct process *process = &relay->pool->slot[slot];
	struct relay_text *text = relay_text(relay, slot, outlet);
	int64_t there, now_ms;
	uint32_t wakes_at = 1;

	if (relay->rings == NULL)
		return;
	relay_look_at(relay, text, 0);
	there = relay_take_ring(relay, slot, outlet, false);
	if (there == -1)
		return;
	now_ms = monotime_ms();
	if (there >= RELAY_MUCH)
		wakes_at = (uint32_t)(relay->rings->size / 2);
	if (!text_ring_sleep(&text->ring, wakes_at))
		relay_look_at(relay, text, now_ms);
	else if (wakes_at > 1)
		relay_look_at(relay, text, now_ms + RELAY_LOOK_MS);
	relay_tell_room(text, &process->text[outlet]);
}

static void
relay_tell_room(struct relay_text *text, struct channel *channel)
{
	if (text_ring_wakes_writer(&text->ring) && !channel_waiting(channel))
		(void)channel_say(channel, MESSAGE_TEXT_ROOM, 0);
}

/* While text is lent the next lender is chosen by relay_act only. */
static bool
relay_may_print(const struct relay *relay, unsigned outlet)
{
	return !printer_full(relay->printer, outlet) &&
	    relay->lender[outlet] == NULL;
}

/*
 * The printer may have written what it had queued. While it is refused it
 * queues all that comes, as long as there is room, and drops more.
 */
static void
relay_regain(struct relay *relay, unsigned outlet)
{
	struct relay_text *text = relay->lender[outlet];
	size_t slot;

	if (text != NULL && printer_is_refused(relay->printer, outlet))
		printer_keep_lent(relay->printer, outlet);
	if (text == NULL || printer_has_lent(relay->printer, outlet))
		return;
	relay->lender[outlet] = NULL;
	text_ring_took(&text->ring);
	slot = (size_t)(text - relay->text) / TEXT_OUTLETS;
	relay_tell_room(text, &relay->pool->slot[slot].text[outlet]);
}

/*
 * Hands what is there now to the printer, while it is not full or if the text
 * must be taken. Returns how many bytes were there, or -1 if the ring cannot be
 * read, or is not right.
 *
 * Nothing is lent to a printer that is refused: it would keep one piece at a
 * time, and workers would wait for the rest as long as the disk is full.
 */
static int64_t
relay_take_ring(struct relay *relay, unsigned slot, unsigned outlet, bool must)
{
	struct channel *channel = &relay->pool->slot[slot].text[outlet];
	struct relay_text *text = relay_text(relay, slot, outlet);
	bool may_lend = !must && !printer_is_refused(relay->printer, outlet);
	struct text_ring_piece piece;
	int64_t there;
	int status = 1;

	if (channel->fd == -1 || channel->refused)
		return -1;
	there = text_ring_look(&text->ring);
	while (there > 0 && (must || relay_may_print(relay, outlet)) &&
	    (status = relay_next(relay, text, outlet, &piece)) == 1) {
		relay_piece(relay, outlet, &text->partial, &piece, may_lend);
		if (!must && printer_has_lent(relay->printer, outlet)) {
			relay->lender[outlet] = text;
			relay->first[outlet] = slot + 1;
		} else {
			text_ring_took(&text->ring);
		}
	}
	/* The way back to the first byte, without text, is taken as well. */
	if (relay->lender[outlet] != text)
		text_ring_took(&text->ring);
	if (there != -1 && status != -1)
		return there;
	relay_refuse(relay, slot, outlet);
	return -1;
}

/* As text_ring_next. A piece of the other outlet cannot be right. */
static int
relay_next(const struct relay *relay, struct relay_text *text, unsigned outlet,
    struct text_ring_piece *piece)
{
	int status = text_ring_next(&text->ring, piece);

	if (status == 1 &&
	    printer_outlet(relay->printer, text_is_error(piece->stream)) !=
		outlet)
		return -1;
	return status;
}

/* A block of several pieces is written when its last one is there. */
static void
relay_piece(struct relay *relay, unsigned outlet, struct textbuf *partial,
    const struct text_ring_piece *from, bool may_lend)
{
	bool whole = !from->more && partial->size == 0;
	struct relay_piece piece;
	int i;

	if (whole)
		printer_begin_block(relay->printer, outlet);
	for (i = 0; i < 2 && from->part[i].size > 0; i++) {
		piece = (struct relay_piece){ from->stream,
			(uint32_t)from->part[i].size };
		if (!whole)
			relay_add(partial, &piece, from->part[i].data);
		else if (may_lend)
			printer_lend(relay->printer, piece.stream,
			    from->part[i].data, piece.size);
		else
			printer_write(piece.stream, from->part[i].data,
			    piece.size, relay->printer);
	}
	if (whole)
		printer_end_block(relay->printer, outlet);
	else if (!from->more)
		relay_release(relay, partial, outlet);
}

static void
relay_refuse(struct relay *relay, unsigned slot, unsigned outlet)
{
	log_warnx("a ring of text is out of order");
	channel_refuse(&relay->pool->slot[slot].text[outlet]);
}
