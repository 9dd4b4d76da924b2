#include "text/record_log.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/uplink.h"
#include "foundation/fault.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "shared/shared.h"

static bool record_log_gathers(struct record_log *);
static void record_log_set_gap(struct record_log *, int64_t);
static bool record_log_hand_over(struct record_log *);
static void record_log_on_retry(void *);

void
record_log_init(struct record_log *log, const struct file_tail *file,
    struct shared_board *board, struct loop *loop, struct uplink *uplink)
{
	log->loop = loop;
	log->uplink = uplink;
	log->file = *file;
	log->file.hasty = false;
	log->room_bytes =
	    fault_fails("log-room") ? FILE_QUEUE_LINE : RECORD_LOG_ROOM;
	file_queue_init(
	    &log->queue, &log->file, log->room_bytes, &board->log_lost);
	log->retry =
	    (struct loop_timer){ .run = record_log_on_retry, .arg = log };
	log->told = false;
	log->lines = 0;
	log->gap_ms = RECORD_LOG_GAP_MIN_MS;
	log->next_ms = 0;
}

struct textbuf *
record_log_begin(struct record_log *log)
{
	if (log->queue.lines.size > RECORD_LOG_GATHERED)
		(void)record_log_end_turn(log);
	log->begun = log->queue.lines.size;
	return &log->queue.lines;
}

void
record_log_add(struct record_log *log)
{
	file_queue_added(&log->queue, log->begun);
	log->lines++;
}

bool
record_log_end_turn(struct record_log *log)
{
	if (log->queue.lines.size == 0)
		return log->file.fd != -1 || uplink_queued(log->uplink) == 0;
	if (log->file.fd == -1)
		return record_log_hand_over(log);
	if (record_log_gathers(log))
		return false;
	if (file_queue_flush(&log->queue))
		return true;
	loop_timer_set(
	    log->loop, &log->retry, log->queue.retry_ms - monotime_ms());
	return false;
}

/*
 * A write to a file costs more than making a line, and it costs hardly more if
 * it has many lines. So when lines come thick and fast, those of the next few
 * milliseconds leave with this one. A line that comes alone leaves at once.
 * Returns true if the lines are to wait.
 */
static bool
record_log_gathers(struct record_log *log)
{
	int64_t now_ms = monotime_ms();
	int64_t left_ms = log->next_ms - now_ms;

	if (left_ms <= 0 || log->queue.lines.size > RECORD_LOG_GATHERED) {
		record_log_set_gap(log, now_ms);
		return false;
	}
	if (log->retry.at_ms == 0)
		loop_timer_set(log->loop, &log->retry, left_ms);
	return true;
}

/* The write is now. */
static void
record_log_set_gap(struct record_log *log, int64_t now_ms)
{
	if (log->lines <= 1)
		log->gap_ms = RECORD_LOG_GAP_MIN_MS;
	else if (log->gap_ms < RECORD_LOG_GAP_MAX_MS)
		log->gap_ms *= 2;
	log->next_ms = now_ms + log->gap_ms;
	log->lines = 0;
}

void
record_log_reopen(struct record_log *log, int fd)
{
	if (log->file.fd != -1)
		close(log->file.fd);
	log->file.fd = fd;
	file_queue_changed(&log->queue);
	(void)record_log_end_turn(log);
}

bool
record_log_close(struct record_log *log, int timeout_ms)
{
	struct file_queue *queue = &log->queue;

	if (log->file.fd != -1) {
		file_queue_act(queue, INT64_MAX);
		if (file_queue_flush(queue))
			return true;
	}
	(void)record_log_hand_over(log);
	uplink_flush(log->uplink, timeout_ms);
	return uplink_queued(log->uplink) == 0;
}

/*
 * The master reads all that comes, unless it is stopped: then the channel fills
 * up. Returns true if the kernel has all.
 */
static bool
record_log_hand_over(struct record_log *log)
{
	struct file_queue *queue = &log->queue;
	size_t size;

	while ((size = file_queue_portion(queue)) > 0) {
		if (uplink_queued(log->uplink) + size > log->room_bytes) {
			file_queue_drop(queue);
			if (!log->told)
				log_warnx("the master takes no lines of "
					  "-log: some are lost");
			log->told = true;
			break;
		}
		fault_point("log-write");
		uplink_say_lines(
		    log->uplink, queue->lines.data, (uint32_t)size);
		fault_point("log-written");
		textbuf_drop(&queue->lines, size);
	}
	return uplink_queued(log->uplink) == 0;
}

static void
record_log_on_retry(void *arg)
{
	struct record_log *log = arg;

	file_queue_act(&log->queue, monotime_ms());
	(void)record_log_end_turn(log);
}
