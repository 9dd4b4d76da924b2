/*
 * The end of a file to which several processes append records, each with one
 * write(2). What a full disk or an unread FIFO does not take is lost: no
 * process waits for it. But whoever writes the next record begins it on a line
 * of its own, and what is lost is counted over all processes and told by
 * log.h.
 */
#ifndef FILE_TAIL_H
#define FILE_TAIL_H

#include <sys/uio.h>

#include <stdbool.h>
#include <stdint.h>

#include "foundation/shlock.h"

/* Parts of a record. */
#define FILE_TAIL_PARTS 2

/* What the processes have to know of each other. */
struct file_tail_state {
	struct shlock lock; /* held for the write as well */
	bool torn; /* the last record has no end */
	bool told; /* that something is lost */
	int64_t told_ms;
	uint64_t lost_bytes; /* not told yet */
};

struct file_tail {
	int fd; /* -1: there is no file */
	char *name; /* in messages: the option and the path; owned */
	struct file_tail_state alone; /* until there are others */
	struct file_tail_state *state;
};

#define FILE_TAIL_NONE                 \
	{                              \
		.fd = -1, .name = NULL \
	}

/*
 * Made for its owner only if it is not there, and emptied on demand. A FIFO
 * needs no reader. Returns 0, or -1 with errno set.
 */
int file_tail_open(
    struct file_tail *, const char *option, const char *path, bool empty);
void file_tail_close(struct file_tail *);
/* Before the fork: go on in shared memory. Returns 0, or -1 (reported). */
int file_tail_share(struct file_tail *, struct file_tail_state *);
/* It is a file, and nothing is in it. */
bool file_tail_is_empty(const struct file_tail *);
/* A record of so many parts. */
void file_tail_write(struct file_tail *, const struct iovec *, int parts);

#endif
