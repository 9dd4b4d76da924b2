/*
 * The end of a file to which several processes append records, each record with
 * one write(2). No process waits for a full disk or for a FIFO that nobody
 * reads: what they do not take is lost, or its owner keeps it
 * (file_tail_lines). The next record then begins on a line of its own. The lost
 * bytes are counted over all processes and told by log.h.
 */
#ifndef FILE_TAIL_H
#define FILE_TAIL_H

#include <sys/types.h>
#include <sys/uio.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/shlock.h"

/* Parts of a record. */
#define FILE_TAIL_PARTS 2

/* What the processes that write to one file share. */
struct file_tail_state {
	struct shlock lock; /* held for the write as well */
	bool torn; /* the last record has no end */
	bool failed; /* the last write failed, so others may have left one */
	bool told; /* a message has told that something is lost */
	int64_t told_ms;
	uint64_t lost_bytes; /* that no message has told of yet */
};

struct file_tail {
	int fd; /* -1: there is no file */
	char *name; /* in messages: the option and the path; owned */
	struct file_tail_state alone; /* state until file_tail_share */
	struct file_tail_state *state;
	bool hasty; /* this process never waits for the lock */
};

/* How far the first line that is left had got into the file. */
struct file_tail_mark {
	size_t done; /* bytes of it; 0: none */
	off_t end; /* of the file, right behind them */
};

#define FILE_TAIL_NONE                 \
	{                              \
		.fd = -1, .name = NULL \
	}

/*
 * Open the file. A file that does not exist is made, and only its owner may use
 * it. If empty is true, a file that exists is emptied. A FIFO needs no reader.
 * Returns 0, or -1 with errno set.
 */
int file_tail_open(
    struct file_tail *, const char *option, const char *path, bool empty);
void file_tail_close(struct file_tail *);
/*
 * Open a path to append to, for reading as well, if that is allowed: then the
 * last byte can be read, and a FIFO always has a reader. No process waits for a
 * FIFO. Returns the descriptor, or -1 with errno set.
 */
int file_tail_descriptor(const char *path, bool empty, mode_t);
/*
 * As file_tail_open, with a descriptor that is open already; -1: one may come
 * later. 0, or -1 (reported).
 */
int file_tail_take(
    struct file_tail *, int fd, const char *option, const char *path);
/* The descriptor leads to another file now. */
void file_tail_changed(struct file_tail *);
/*
 * Move the state into shared memory, before the fork. Returns 0, or -1
 * (reported).
 */
int file_tail_share(struct file_tail *, struct file_tail_state *);
/* Returns true for a regular file of no bytes. */
bool file_tail_is_empty(const struct file_tail *);
/* Append a record that consists of so many parts, at most FILE_TAIL_PARTS. */
void file_tail_write(struct file_tail *, const struct iovec *, int parts);
/*
 * Append so many bytes of whole lines. Returns how many bytes of whole lines
 * are in the file now. The rest is the caller's to keep: the next call begins
 * with it, and with the same mark, which is all zero before the first call. A
 * line that was cut goes on where it stopped. If somebody has written there
 * meanwhile, it comes once more, whole.
 */
size_t file_tail_lines(
    struct file_tail *, const char *, size_t size, struct file_tail_mark *);
/* So many bytes never got to the file: count them as lost. */
void file_tail_lose(struct file_tail *, size_t size);

#endif
