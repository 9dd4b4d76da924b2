/*
 * The end of a file to which several processes append records, each record with
 * one write(2). No process waits for a full disk or for a FIFO that nobody
 * reads: what they do not take is lost. The next record then begins on a line
 * of its own. The lost bytes are counted over all processes and told by log.h.
 */
#ifndef FILE_TAIL_H
#define FILE_TAIL_H

#include <sys/uio.h>

#include <stdbool.h>
#include <stdint.h>

#include "foundation/shlock.h"

/* Parts of a record. */
#define FILE_TAIL_PARTS 2

/* What the processes that write to one file share. */
struct file_tail_state {
	struct shlock lock; /* held for the write as well */
	bool torn; /* the last record has no end */
	bool told; /* a message has told that something is lost */
	int64_t told_ms;
	uint64_t lost_bytes; /* that no message has told of yet */
};

struct file_tail {
	int fd; /* -1: there is no file */
	char *name; /* in messages: the option and the path; owned */
	struct file_tail_state alone; /* state until file_tail_share */
	struct file_tail_state *state;
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
 * Move the state into shared memory, before the fork. Returns 0, or -1
 * (reported).
 */
int file_tail_share(struct file_tail *, struct file_tail_state *);
/* Returns true for a regular file of no bytes. */
bool file_tail_is_empty(const struct file_tail *);
/* Append a record that consists of so many parts, at most FILE_TAIL_PARTS. */
void file_tail_write(struct file_tail *, const struct iovec *, int parts);

#endif
