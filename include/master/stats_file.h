/*
 * The target of -stats_json: a file, a FIFO or a device. Lines are appended; a
 * slow reader never sees half a line, and the master never waits for a reader.
 * One line may wait. A line that comes meanwhile is lost, which is reported;
 * see writer.h.
 */
#ifndef STATS_FILE_H
#define STATS_FILE_H

#include "foundation/writer.h"

struct stats_file {
	struct writer writer;
	char *name; /* in messages; owned; NULL: there is no file */
	int fd;
};

/*
 * A file is made if there is none. A FIFO keeps the first lines for the reader
 * who is to come. Returns 0, or -1 (reported).
 */
int stats_file_open(struct stats_file *, const char *path);
/* A line that waits is written within this time, or lost. */
void stats_file_close(struct stats_file *, int timeout_ms);

#endif
