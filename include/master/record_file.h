/*
 * Where the lines of -log go. A regular file is opened with O_APPEND, and each
 * process writes its own lines to it (file_queue.h). All else is written by the
 * master alone: a FIFO, which would tear lines of several writers, a terminal
 * or another device, standard output, and descriptors that the caller opened,
 * which may lack O_APPEND.
 *
 * Nobody waits for a slow reader. What he does not take is kept, up to
 * RECORD_FILE_ROOM bytes; after that new lines are dropped. They are counted in
 * shared memory, and log.h tells of it.
 */
#ifndef RECORD_FILE_H
#define RECORD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/file_queue.h"
#include "foundation/file_tail.h"
#include "foundation/text.h"
#include "foundation/writer.h"
#include "master/sources.h"

struct config;
struct printer;
struct shared_board;

#define RECORD_FILE_ROOM (4 * 1024 * 1024)
/* Where the printer writes, fewer: its other text must have room as well. */
#define RECORD_FILE_ROOM_PRINTED (768 * 1024)

enum record_way {
	RECORD_NOWHERE, /* without -log */
	RECORD_APPENDED, /* a regular file, by each process */
	RECORD_WRITTEN, /* by the master */
	RECORD_PRINTED, /* by the printer: standard output or error */
};

struct record_file {
	enum record_way way;
	const char *target; /* as the user named it; not owned */
	/* Of the target; the same number all the time; -1: not ours. */
	int fd;
	bool has_path; /* so it can be opened anew */
	struct file_tail file; /* fd -1, unless the file is appended to */
	struct file_queue queue; /* the master's own lines for that */
	struct writer writer;
	struct printer *printer;
	enum text_stream stream; /* of the printer */
	size_t printed_room; /* bytes that may wait there */
	_Atomic uint64_t *lost; /* lines; in shared memory */
	bool told; /* that lines go nowhere; the writer tells of its own */
};

/*
 * Check a descriptor that -log names. To be called before any file is opened,
 * which could get its number. Returns 0, or -1 (reported).
 */
int record_file_check(const struct config *);
/* Returns 0, or -1 (reported). Does nothing without -log. */
int
record_file_open(struct record_file *, const struct config *, struct printer *);
/* Move into shared memory what is shared, before the fork. Likewise. */
int record_file_share(struct record_file *, struct shared_board *);
/*
 * Open the path anew: another program may have moved the file away. Workers
 * that are forked from now on inherit the new file; the caller sends it to the
 * others. Returns 0, or -1 (reported): then the old one stays. Does nothing
 * for what has no path.
 */
int record_file_reopen(struct record_file *);
/* Write whole lines, each with its newline, or drop and count them. */
void record_file_write(struct record_file *, const void *lines, size_t size);
/* The same for the last line, which has room even if the others had none. */
void
record_file_write_last(struct record_file *, const void *line, size_t size);
/* Returns how many lines were lost, by all processes. */
uint64_t record_file_lost(const struct record_file *);
/* What waits is written within this time, or lost. */
void record_file_close(struct record_file *, int timeout_ms);

/* Writes what waits as soon as it can; its self is the record_file. */
extern const struct source record_file_source;

#endif
