/*
 * A ring in shared memory by which one process hands text to another one: a
 * worker to the master. One writes, one reads, and neither ever waits.
 *
 * The ring holds pieces: a head of eight bytes, which has the size, then the
 * text. A head never wraps, text may. Positions count all bytes that there ever
 * were; modulo the size of the ring they are a place in it. The writer owns
 * written, the reader owns taken:
 *
 *	   taken           written          the writer's own end
 *	     |   to be read   |   not complete   |   room
 *
 * What is not complete is published by one store to written. So whenever the
 * writer is killed, the reader finds the whole of a block, or nothing. A block
 * that does not fit is published in several parts; each but the last one has
 * the flag that more will follow.
 *
 * The reader trusts nothing. The place where it reads is its own, and it checks
 * all that it finds in the ring before it uses it. It hands out the text where
 * it stands, so that need not be copied; the writer may change it meanwhile.
 *
 * A process that sleeps leaves word in the ring, and the other one wakes it by
 * means that the ring does not know: the reader says how many bytes shall wake
 * it, and the writer that it needs room. Each first leaves word and then looks
 * again, so neither sleeps over the other's last act.
 *
 * If the ring is empty, the next block may begin at its first byte again. The
 * way there is room that only the reader frees, so it is taken when half of the
 * ring is left for text. While nothing is said it is taken earlier, and pages
 * behind the first ones are given back.
 */
#ifndef TEXT_RING_H
#define TEXT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/text.h"

#define TEXT_RING_MIN (64 * 1024)
#define TEXT_RING_MAX (1024 * 1024)
/* A piece of so many bytes fits into each ring that is empty. */
#define TEXT_RING_PIECE (16 * 1024)

/* What the two processes share of a ring, beside its bytes. */
struct text_ring_board {
	/* Written by the writer */
	_Alignas(64) _Atomic uint64_t written;
	_Atomic bool wants_room; /* the reader clears it and wakes the writer */
	/* Written by the reader */
	_Alignas(64) _Atomic uint64_t taken;
	/* Wake the reader when there are so many bytes; 0: it is awake. */
	_Atomic uint32_t wakes_at;
};

/* All rings of the server, as both sides see them. */
struct text_rings {
	struct text_ring_board *board; /* count of them */
	uint8_t *bytes; /* count times size */
	size_t size; /* of each; a power of two */
};

struct text_ring_writer {
	struct text_ring_board *board;
	uint8_t *bytes;
	size_t size;
	uint64_t begin; /* of what is not complete */
	uint64_t end; /* of what was put */
	uint64_t taken; /* as last seen: there is at least so much room */
	uint64_t head; /* of the open piece */
	bool open; /* there is one */
	bool spread; /* pages behind the first ones are in use */
	enum text_stream stream; /* of it */
};

struct text_ring_reader {
	struct text_ring_board *board;
	const uint8_t *bytes;
	size_t size;
	uint64_t at; /* the next piece */
	uint64_t taken; /* as last said */
	uint64_t end; /* as last seen and checked */
};

/* Text where it stands in the ring. It stays until text_ring_took. */
struct text_ring_piece {
	enum text_stream stream;
	bool more; /* the block goes on in the next piece */
	struct {
		const void *data;
		size_t size;
	} part[2]; /* the second one is empty unless the text wraps */
};

/* Returns the bytes of shared memory for so many rings of this size. */
size_t text_rings_size(size_t count, size_t ring_size);
/* memory: of that size, filled with zeros, aligned to a line of the cache. */
void text_rings_init(
    struct text_rings *, void *memory, size_t count, size_t ring_size);

/* The writer is a new process; the ring is empty. */
void text_ring_write(
    struct text_ring_writer *, const struct text_rings *, size_t index);
/*
 * Put text behind what was put before. Returns how many bytes of it there was
 * room for. The text may stand where text_ring_space said.
 */
size_t text_ring_put(
    struct text_ring_writer *, enum text_stream, const void *data, size_t size);
/*
 * Returns where text of this stream, which must be put next, would go, if it
 * need not wrap and there is room for size bytes; else NULL. The caller may
 * write there.
 */
void *text_ring_space(struct text_ring_writer *, enum text_stream, size_t size);
/*
 * Returns how many bytes text_ring_put would take in a new piece, or fewer if
 * that is as many as wanted.
 */
size_t text_ring_room(struct text_ring_writer *, size_t wanted);
/* Publish what was put. more: the block goes on. */
void text_ring_publish(struct text_ring_writer *, bool more);
/* Returns how many bytes were put and not published. */
size_t text_ring_unpublished(const struct text_ring_writer *);
/* Returns true if the reader must be woken; says so once. */
bool text_ring_wakes_reader(struct text_ring_writer *);
/*
 * Returns true if half of the ring is free. If not, the reader will wake this
 * process when it is.
 */
bool text_ring_await_room(struct text_ring_writer *);

/*
 * To be called now and then while spread is set: gives pages back, if the ring
 * is empty. It may publish something, for which the reader must be woken.
 */
void text_ring_trim(struct text_ring_writer *);

/* Begin to read where the writer will begin. */
void text_ring_read(
    struct text_ring_reader *, const struct text_rings *, size_t index);
/*
 * See what was published until now. Returns how many bytes there are to read,
 * or -1 if the ring cannot be right.
 */
int64_t text_ring_look(struct text_ring_reader *);
/*
 * The next piece of what text_ring_look saw. Returns 1, 0 if there is none, or
 * -1 if the ring cannot be right.
 */
int text_ring_next(struct text_ring_reader *, struct text_ring_piece *);
/* The writer may use the room of all pieces until now. */
void text_ring_took(struct text_ring_reader *);
/* Returns true if the writer must be woken; says so once. */
bool text_ring_wakes_writer(struct text_ring_reader *);
/*
 * The reader wants to sleep until so many bytes were published. Returns false
 * if there are as many already: it need not.
 */
bool text_ring_sleep(struct text_ring_reader *, uint32_t bytes);
/* The writer is dead: make the ring empty for another one. */
void text_ring_reset(struct text_ring_reader *);

#endif
