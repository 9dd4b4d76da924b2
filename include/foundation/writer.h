/*
 * Bytes on their way to a file, pipe, socket or terminal that may not take them
 * now. No function but writer_finish blocks.
 *
 * poll(2) waits for a slow reader, for as long as it takes. A target that
 * refuses bytes, such as a full disk, is tried again by a timer; it then gets
 * the rest of what it had begun to take. If the queue is full and nothing could
 * be written for WRITER_PATIENCE_MS, whole blocks are dropped until there is
 * room again. log.h tells that a target refuses, and later how much was lost.
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
/* If nothing can be written, a full queue holds up its producers so long. */
#define WRITER_PATIENCE_MS 2000
/* writer_finish tries a target that refuses for so long at most. */
#define WRITER_LAST_MS 1000

struct writer_chunk;
TAILQ_HEAD(writer_queue, writer_chunk);

struct writer_target {
	int fd; /* not owned; -1: what is written goes nowhere */
	const char *name; /* in messages; not owned */
	bool is_socket;
	bool polite; /* a write may block: ask poll(2) before each */
	uint64_t lost_bytes; /* that no message has told of yet */
};

struct writer {
	struct writer_target target[WRITER_TARGETS];
	struct writer_queue queue;
	size_t queued_bytes;
	unsigned lent; /* so many of the queue are lent */
	size_t room_bytes; /* the queue is full with so many */
	bool hasty; /* if the queue is full, drop new text at once */
	int error; /* errno of the target that refuses; 0: none does */
	bool told; /* a message has told that a target refuses */
	bool dropping; /* a target has refused for too long */
	int64_t failed_ms; /* since when nothing could be written; 0: it can */
	int64_t retry_ms; /* when to try again; 0: no need */
	int delay_ms; /* from the last try to the next */
	bool in_block, block_is_dropped;
};

/* Begin with an empty queue and without targets. */
void writer_init(struct writer *, size_t room_bytes, bool hasty);
/*
 * Returns a descriptor that leads where fd leads, and that a writer can use; it
 * is fd itself, or a new one. *polite is for writer_set_target.
 */
int writer_descriptor(int fd, bool *polite);
/* fd -1: what is written to this target goes nowhere. */
void writer_set_target(
    struct writer *, unsigned index, int fd, const char *name, bool polite);
/* Free the queue. The descriptors stay open. */
void writer_close(struct writer *);

/* Write at once if possible; else queue the bytes, or drop and count them. */
void
writer_write(struct writer *, unsigned index, const void *data, size_t size);
/*
 * The same, but what must be queued is not copied: the producer leaves it there
 * as long as writer_has_lent.
 */
void
writer_lend(struct writer *, unsigned index, const void *data, size_t size);
bool writer_has_lent(const struct writer *);
/* The producer cannot leave it there any longer: copy it. */
void writer_keep_lent(struct writer *);
/* Returns true if a target refuses what is written. */
bool writer_refuses(const struct writer *);
/* Returns false if what is written next is dropped, or goes nowhere. */
bool writer_takes(const struct writer *, unsigned index);
/* All bytes between these two calls are one block: queued or dropped whole. */
void writer_begin_block(struct writer *);
void writer_end_block(struct writer *);

/* Returns true if the queue is full, so that its producers should pause. */
bool writer_full(const struct writer *);
/* Returns true if bytes wait for a slow reader. */
bool writer_waits(const struct writer *);
/*
 * Returns what to poll for; fd -1: nothing. When poll(2) reports an event,
 * writer_flush must be called.
 */
struct pollfd writer_pollfd(const struct writer *);
void writer_flush(struct writer *);
/* Returns when writer_act must be called, of CLOCK_MONOTONIC; 0: never. */
int64_t writer_due_ms(const struct writer *);
void writer_act(struct writer *, int64_t now_ms);
/*
 * Wait until all writers have written all, or until the time is over; for those
 * whose target refuses, WRITER_LAST_MS at most. Reports what is lost.
 */
void writer_finish(struct writer *const *, size_t count, int timeout_ms);

#endif
