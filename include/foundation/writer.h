/*
 * Bytes on their way to a file, pipe, socket or terminal that does not take
 * them now. Nothing here ever blocks, but for writer_finish.
 *
 * A slow reader is waited for by poll(2), as long as it takes. A place that
 * refuses, such as a full disk, is tried again by a timer, and goes on where it
 * was torn. If the queue is full and nothing could be written for
 * WRITER_PATIENCE_MS, whole blocks are dropped until there is room again.
 * That it refuses, and then what was lost, is said by log.h.
 *
 * A writer has one queue and up to two targets: two descriptors that lead to
 * the same place and keep one order.
 */
#ifndef WRITER_H
#define WRITER_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#define WRITER_TARGETS 2
/* So long may a full queue hold up whoever fills it, if nothing goes out. */
#define WRITER_PATIENCE_MS 2000
/* At the end a place that refuses is tried for so long at most. */
#define WRITER_LAST_MS 1000

struct writer_chunk;
TAILQ_HEAD(writer_queue, writer_chunk);

struct writer_target {
	int fd; /* not owned; -1: gone for good */
	const char *name; /* in messages; not owned */
	bool is_socket;
	bool polite; /* it may block: ask poll(2) before each write */
	uint64_t lost_bytes; /* not told yet */
};

struct writer {
	struct writer_target target[WRITER_TARGETS];
	struct writer_queue queue;
	size_t queued_bytes;
	size_t room_bytes; /* the queue is full with so many */
	bool hasty; /* what finds the queue full is dropped at once */
	/* errno of the place that refuses; 0: it does not */
	int error;
	bool told; /* that it takes nothing */
	bool dropping; /* it has refused for too long */
	int64_t failed_ms; /* since when nothing could be written; 0: it can */
	int64_t retry_ms; /* when it is tried again; 0: no need */
	int delay_ms; /* and so long after the last time */
	bool in_block, block_is_dropped;
};

/* Without targets. */
void writer_init(struct writer *, size_t room_bytes, bool hasty);
/* fd -1: what is written there goes nowhere. */
void writer_set_target(
    struct writer *, unsigned index, int fd, const char *name, bool polite);
/* The queue is given back; the descriptors are their owner's. */
void writer_close(struct writer *);

/* Written at once if it goes, else queued, or dropped and counted. */
void
writer_write(struct writer *, unsigned index, const void *data, size_t size);
/* What is written between these two is one block: queued or dropped whole. */
void writer_begin_block(struct writer *);
void writer_end_block(struct writer *);

/* So much waits that whoever produces it should pause. */
bool writer_full(const struct writer *);
/* Something waits for a slow reader. */
bool writer_waits(const struct writer *);
/* What to poll for, fd -1: nothing; then writer_flush is to follow. */
struct pollfd writer_pollfd(const struct writer *);
void writer_flush(struct writer *);
/* When writer_act has something to do, CLOCK_MONOTONIC; 0: never. */
int64_t writer_due_ms(const struct writer *);
void writer_act(struct writer *, int64_t now_ms);
/*
 * Wait for all of them, until all is out or the time is over, at most
 * WRITER_LAST_MS for those that refuse. What they did not take is told.
 */
void writer_finish(struct writer *const *, size_t count, int timeout_ms);

#endif
