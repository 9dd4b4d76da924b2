/*
 * Whole lines on their way to a file that several processes append to
 * (file_tail.h). Each process has a queue of its own. The lines of one flush
 * leave in one write(2) of at most FILE_QUEUE_WRITE bytes; more lines take
 * several. If the disk is full they wait, and are tried again by a timer. If
 * too many wait, new ones are dropped and counted.
 */
#ifndef FILE_QUEUE_H
#define FILE_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/file_tail.h"
#include "foundation/textbuf.h"

#define FILE_QUEUE_WRITE (64 * 1024)
/* A line has at most so many bytes, with its newline. */
#define FILE_QUEUE_LINE (16 * 1024)

struct file_queue {
	struct file_tail *tail; /* not owned */
	struct textbuf lines;
	struct file_tail_mark mark; /* of the first of them */
	size_t room_bytes;
	_Atomic uint64_t *lost; /* lines, of all processes; not owned */
	int64_t retry_ms; /* when to try again, CLOCK_MONOTONIC; 0: no need */
	int delay_ms; /* from the last try to the next */
};

void file_queue_init(struct file_queue *, struct file_tail *, size_t room_bytes,
    _Atomic uint64_t *lost);
/* Append whole lines, or drop them and count them in *lost. */
void file_queue_add(struct file_queue *, const void *lines, size_t size);
/* The same for lines that the caller has appended to queue->lines itself. */
void file_queue_added(struct file_queue *, size_t before);
/* Write what waits, unless the file refused. True: nothing is left. */
bool file_queue_flush(struct file_queue *);
/* The same, also if the file refused, when it is time. */
void file_queue_act(struct file_queue *, int64_t now_ms);
/* The file is another one now: what waits goes there, and at once. */
void file_queue_changed(struct file_queue *);
/* Try a last time, and count what is left as lost. */
void file_queue_close(struct file_queue *);

/* Returns the size of the first whole lines, FILE_QUEUE_WRITE at most. */
size_t file_queue_portion(const struct file_queue *);
/* Drop all that waits, and count it. */
void file_queue_drop(struct file_queue *);
/* Returns how many lines these are. */
uint64_t file_queue_count(const char *lines, size_t size);

#endif
