#include <sys/mman.h>

#include <string.h>
#include <unistd.h>

#include "foundation/fault.h"
#include "foundation/text_ring.h"

/* So many bytes are kept when there is nothing to say. */
#define TEXT_RING_KEPT	(32 * 1024)
#define TEXT_RING_ALIGN ((uint64_t)sizeof(struct text_ring_head))

enum text_ring_flags {
	TEXT_RING_MORE = 1,
	TEXT_RING_SKIP = 2, /* no piece: the next one is at the first byte */
};

struct text_ring_head {
	uint32_t size;
	uint16_t stream;
	uint16_t flags;
};

static void text_ring_give_back(const uint8_t *, size_t);
static uint64_t text_ring_aligned(uint64_t);
static size_t text_ring_place(const struct text_ring_writer *, uint64_t);
static void text_ring_open(struct text_ring_writer *, enum text_stream);
static void text_ring_close(struct text_ring_writer *, bool);
static void
text_ring_set_head(struct text_ring_writer *, struct text_ring_head);
static void text_ring_go_back(struct text_ring_writer *, size_t);
static void text_ring_copy(struct text_ring_writer *, const uint8_t *, size_t);
static uint64_t text_ring_free(struct text_ring_writer *, uint64_t);
static int
text_ring_read_head(struct text_ring_reader *, const struct text_ring_head *);

size_t
text_rings_size(size_t count, size_t ring_size)
{
	return count * (sizeof(struct text_ring_board) + ring_size);
}

void
text_rings_init(
    struct text_rings *rings, void *memory, size_t count, size_t ring_size)
{
	rings->board = memory;
	rings->bytes = (uint8_t *)memory + count * sizeof(*rings->board);
	rings->size = ring_size;
}

void
text_ring_write(struct text_ring_writer *writer, const struct text_rings *rings,
    size_t index)
{
	memset(writer, 0, sizeof(*writer));
	writer->board = &rings->board[index];
	writer->bytes = rings->bytes + index * rings->size;
	writer->size = rings->size;
	writer->begin = writer->end = writer->taken =
	    atomic_load(&writer->board->written);
}

size_t
text_ring_put(struct text_ring_writer *writer, enum text_stream stream,
    const void *data, size_t size)
{
	size_t room;

	if (writer->open && stream != writer->stream)
		text_ring_close(writer, true);
	if (!writer->open) {
		text_ring_go_back(writer, writer->size / 2);
		if (text_ring_room(writer, 1) == 0)
			return 0;
		text_ring_open(writer, stream);
	}
	room = (size_t)text_ring_free(writer, size);
	if (size > room)
		size = room;
	text_ring_copy(writer, data, size);
	return size;
}

void *
text_ring_space(
    struct text_ring_writer *writer, enum text_stream stream, size_t size)
{
	uint64_t at;
	size_t place;

	text_ring_go_back(writer, writer->size / 2);
	at = writer->end;
	if (!writer->open || stream != writer->stream)
		at = text_ring_aligned(writer->end) + TEXT_RING_ALIGN;
	place = text_ring_place(writer, at);
	if (place + size > writer->size ||
	    text_ring_free(writer, at - writer->end + size) <
		at - writer->end + size)
		return NULL;
	return writer->bytes + place;
}

size_t
text_ring_room(struct text_ring_writer *writer, size_t wanted)
{
	uint64_t used = text_ring_aligned(writer->end) - writer->end +
	    TEXT_RING_ALIGN,
		 room = text_ring_free(writer, used + wanted);

	return room > used ? (size_t)(room - used) : 0;
}

/* A worker that is killed between any two of these lines tears nothing. */
void
text_ring_publish(struct text_ring_writer *writer, bool more)
{
	if (writer->open)
		text_ring_close(writer, more);
	fault_point("text-put");
	writer->begin = writer->end;
	if (text_ring_place(writer, writer->end - 1) >= TEXT_RING_KEPT)
		writer->spread = true;
	atomic_store_explicit(
	    &writer->board->written, writer->end, memory_order_release);
	fault_point("text-published");
}

size_t
text_ring_unpublished(const struct text_ring_writer *writer)
{
	return (size_t)(writer->end - writer->begin);
}

bool
text_ring_wakes_reader(struct text_ring_writer *writer)
{
	struct text_ring_board *board = writer->board;
	uint32_t wakes_at;

	atomic_thread_fence(memory_order_seq_cst);
	wakes_at = atomic_load_explicit(&board->wakes_at, memory_order_relaxed);
	return wakes_at != 0 &&
	    writer->begin - atomic_load(&board->taken) >= wakes_at &&
	    atomic_exchange(&board->wakes_at, 0) != 0;
}

bool
text_ring_await_room(struct text_ring_writer *writer)
{
	struct text_ring_board *board = writer->board;

	if (text_ring_free(writer, writer->size / 2) >= writer->size / 2)
		return true;
	atomic_store(&board->wants_room, true);
	atomic_thread_fence(memory_order_seq_cst);
	if (text_ring_free(writer, writer->size / 2) < writer->size / 2)
		return false;
	atomic_store(&board->wants_room, false);
	return true;
}

/* First it goes back, and when the reader has followed, pages are free. */
void
text_ring_trim(struct text_ring_writer *writer)
{
	if (text_ring_free(writer, writer->size) < writer->size)
		return;
	if (text_ring_place(writer, writer->end) >= TEXT_RING_KEPT) {
		text_ring_go_back(writer, TEXT_RING_KEPT);
		return;
	}
	text_ring_give_back(
	    writer->bytes + TEXT_RING_KEPT, writer->size - TEXT_RING_KEPT);
	writer->spread = false;
}

void
text_ring_read(struct text_ring_reader *reader, const struct text_rings *rings,
    size_t index)
{
	reader->board = &rings->board[index];
	reader->bytes = rings->bytes + index * rings->size;
	reader->size = rings->size;
	reader->at = 0;
	text_ring_reset(reader);
}

int64_t
text_ring_look(struct text_ring_reader *reader)
{
	uint64_t end =
	    atomic_load_explicit(&reader->board->written, memory_order_acquire);

	if (end - reader->at > reader->size || end != text_ring_aligned(end))
		return -1;
	reader->end = end;
	return (int64_t)(end - reader->at);
}

int
text_ring_next(struct text_ring_reader *reader, struct text_ring_piece *piece)
{
	struct text_ring_head head;
	size_t place, whole;
	int status;

	do {
		if (reader->at == reader->end)
			return 0;
		place = (size_t)(reader->at & (reader->size - 1));
		memcpy(&head, reader->bytes + place, sizeof(head));
		if ((status = text_ring_read_head(reader, &head)) == -1)
			return -1;
	} while (status == 0);
	place = (place + sizeof(head)) & (reader->size - 1);
	whole = reader->size - place;
	piece->stream = (enum text_stream)head.stream;
	piece->more = (head.flags & TEXT_RING_MORE) != 0;
	piece->part[0].data = reader->bytes + place;
	piece->part[0].size = head.size < whole ? head.size : whole;
	piece->part[1].data = reader->bytes;
	piece->part[1].size = head.size - piece->part[0].size;
	return 1;
}

void
text_ring_took(struct text_ring_reader *reader)
{
	reader->taken = reader->at;
	atomic_store_explicit(
	    &reader->board->taken, reader->taken, memory_order_release);
}

bool
text_ring_wakes_writer(struct text_ring_reader *reader)
{
	struct text_ring_board *board = reader->board;

	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&board->wants_room, memory_order_relaxed) &&
	    atomic_load(&board->written) - reader->taken <= reader->size / 2 &&
	    atomic_exchange(&board->wants_room, false);
}

bool
text_ring_sleep(struct text_ring_reader *reader, uint32_t bytes)
{
	struct text_ring_board *board = reader->board;

	atomic_store(&board->wakes_at, bytes);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load(&board->written) - reader->at < bytes)
		return true;
	atomic_store(&board->wakes_at, 0);
	return false;
}

void
text_ring_reset(struct text_ring_reader *reader)
{
	if (reader->at > TEXT_RING_KEPT)
		text_ring_give_back(reader->bytes, reader->size);
	reader->at = reader->end = reader->taken = 0;
	atomic_store(&reader->board->written, 0);
	atomic_store(&reader->board->taken, 0);
	atomic_store(&reader->board->wants_room, false);
	atomic_store(&reader->board->wakes_at, 1);
}

/* Whole pages become zeros that cost no memory. */
static void
text_ring_give_back(const uint8_t *bytes, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = (uintptr_t)bytes + page - 1,
		  end = (uintptr_t)bytes + size;

	first -= first % page;
	end -= end % page;
	if (first < end)
		(void)madvise((void *)first, end - first, MADV_REMOVE);
}

static uint64_t
text_ring_aligned(uint64_t position)
{
	return (position + TEXT_RING_ALIGN - 1) & ~(TEXT_RING_ALIGN - 1);
}

static size_t
text_ring_place(const struct text_ring_writer *writer, uint64_t position)
{
	return (size_t)(position & (writer->size - 1));
}

static void
text_ring_open(struct text_ring_writer *writer, enum text_stream stream)
{
	writer->head = text_ring_aligned(writer->end);
	writer->end = writer->head + TEXT_RING_ALIGN;
	writer->stream = stream;
	writer->open = true;
}

static void
text_ring_close(struct text_ring_writer *writer, bool more)
{
	text_ring_set_head(writer,
	    (struct text_ring_head){ .size = (uint32_t)(writer->end -
					 writer->head - TEXT_RING_ALIGN),
		.stream = (uint16_t)writer->stream,
		.flags = more ? TEXT_RING_MORE : 0 });
	writer->end = text_ring_aligned(writer->end);
	writer->open = false;
}

static void
text_ring_set_head(struct text_ring_writer *writer, struct text_ring_head head)
{
	memcpy(writer->bytes + text_ring_place(writer, writer->head), &head,
	    sizeof(head));
}

/*
 * If nothing is in the ring, behind so many bytes, a head says that the next
 * one is at the first byte.
 */
static void
text_ring_go_back(struct text_ring_writer *writer, size_t least)
{
	size_t place = text_ring_place(writer, writer->end);

	if (place < least || writer->begin != writer->end ||
	    text_ring_free(writer, writer->size) < writer->size)
		return;
	writer->head = writer->end;
	text_ring_set_head(
	    writer, (struct text_ring_head){ .flags = TEXT_RING_SKIP });
	writer->end += writer->size - place;
	text_ring_publish(writer, false);
}

static void
text_ring_copy(
    struct text_ring_writer *writer, const uint8_t *data, size_t size)
{
	size_t place = text_ring_place(writer, writer->end),
	       whole = writer->size - place;

	if (whole > size)
		whole = size;
	memmove(writer->bytes + place, data, whole);
	memcpy(writer->bytes, data + whole, size - whole);
	writer->end += size;
}

/* Returns how much is free. Looks anew if there seems to be less than wanted.
 */
static uint64_t
text_ring_free(struct text_ring_writer *writer, uint64_t wanted)
{
	if (writer->size - (writer->end - writer->taken) < wanted)
		writer->taken = atomic_load_explicit(
		    &writer->board->taken, memory_order_acquire);
	return writer->size - (writer->end - writer->taken);
}

/*
 * Moves behind the piece of this head. Returns 1, 0 if it was no piece, or -1
 * if it cannot be right.
 */
static int
text_ring_read_head(
    struct text_ring_reader *reader, const struct text_ring_head *head)
{
	uint64_t left = reader->end - reader->at, size;

	if (head->flags == TEXT_RING_SKIP)
		size = reader->size - (reader->at & (reader->size - 1));
	else if ((head->flags & ~TEXT_RING_MORE) == 0 &&
	    head->stream <= TEXT_DATA)
		size =
		    text_ring_aligned((uint64_t)head->size + TEXT_RING_ALIGN);
	else
		return -1;
	if (size > left)
		return -1;
	reader->at += size;
	return head->flags != TEXT_RING_SKIP;
}
