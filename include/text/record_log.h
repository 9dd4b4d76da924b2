/*
 * The lines of -log that a worker makes. They are gathered while the worker
 * acts, and leave together at the end of the turn. They go to the file, if that
 * is a regular one that the master has opened; while they are many, only now
 * and then. Else the master gets them and writes them. Nothing here waits: what
 * a full disk, or a master that is stopped, does not take is kept, up to
 * RECORD_LOG_ROOM bytes. After that new lines are dropped and counted.
 */
#ifndef RECORD_LOG_H
#define RECORD_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "foundation/file_queue.h"

struct shared_board;
struct uplink;

#define RECORD_LOG_ROOM (1024 * 1024)
/*
 * The time between two writes to the file. The longer one is reached step by
 * step, as long as each write has several lines.
 */
#define RECORD_LOG_GAP_MIN_MS 4
#define RECORD_LOG_GAP_MAX_MS 64
/* So many bytes do not wait. */
#define RECORD_LOG_GATHERED (60 * 1024)
/* A line has at most so many bytes, with its newline. */
#define RECORD_LOG_LINE FILE_QUEUE_LINE

struct record_log {
	struct loop *loop;
	struct uplink *uplink;
	struct file_tail file; /* fd -1: the master writes */
	struct file_queue queue;
	size_t room_bytes;
	size_t begun; /* where the line in queue.lines begins that is made */
	struct loop_timer retry;
	unsigned lines; /* since the last write to the file */
	int gap_ms; /* between that one and the next one */
	int64_t next_ms; /* when the next one is due; CLOCK_MONOTONIC */
	bool told; /* that the master does not take lines */
};

/* file: the master's, as it was at the fork. */
void record_log_init(struct record_log *, const struct file_tail *file,
    struct shared_board *, struct loop *, struct uplink *);
/*
 * To add a line, append it with its newline to what record_log_begin() returns,
 * RECORD_LOG_LINE bytes at most. Then record_log_add() takes it or drops it.
 */
struct textbuf *record_log_begin(struct record_log *);
void record_log_add(struct record_log *);
/*
 * The turn ends: send what was added. Returns true if all of it, and all from
 * earlier turns, has left this process: it is not lost if the process dies now.
 */
bool record_log_end_turn(struct record_log *);
/* The file is this one from now on; -1: the master writes. */
void record_log_reopen(struct record_log *, int fd);
/*
 * The last call. What the file does not take now goes to the master, who has
 * time to try again. Returns true if all has left this process.
 */
bool record_log_close(struct record_log *, int timeout_ms);

#endif
