/*
 * Where the lines of -stats_json go: a file, a FIFO, a device. Lines are
 * appended and never torn by a slow reader; and nobody is ever waited for. One
 * line may wait: what comes meanwhile is lost, and that is reported once.
 */
#ifndef STATS_FILE_H
#define STATS_FILE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "textbuf.h"

struct stats_file {
	const char *path; /* not owned */
	int fd;
	struct textbuf pending; /* the rest of a line that is being written */
	bool full; /* a FIFO: poll it */
	bool warned;
};

/*
 * Made if it is not there. A FIFO without a reader holds the first lines for
 * the one that comes. Returns 0, or -1 (reported).
 */
int stats_file_open(struct stats_file *, const char *path);
void stats_file_write(struct stats_file *, const char *line, size_t size);
/* What to poll for, fd -1 if nothing waits that can be waited for. */
struct pollfd stats_file_pollfd(const struct stats_file *);
void stats_file_flush(struct stats_file *);
/* Go on until all is out or the time is over; the rest is dropped. */
void stats_file_close(struct stats_file *, int timeout_ms);

#endif
