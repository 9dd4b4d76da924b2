/*
 * Where the lines of -stats_json go: a file, a FIFO, a device. Lines are
 * appended and never torn by a slow reader; and nobody is ever waited for. One
 * line may wait: what comes meanwhile is lost, and that is said, see writer.h.
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
 * Made if it is not there. A FIFO without a reader holds the first lines for
 * the one that comes. Returns 0, or -1 (reported).
 */
int stats_file_open(struct stats_file *, const char *path);
/* What is under way may take so long. */
void stats_file_close(struct stats_file *, int timeout_ms);

#endif
