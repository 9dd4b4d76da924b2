#include "foundation/writer.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/writable.h"

#define WRITER_DELAY_MIN_MS 100
#define WRITER_DELAY_MAX_MS 1000
/* writer_finish takes so many writers at most. */
#define WRITER_FINISH_MAX 2

struct writer_chunk {
	TAILQ_ENTRY(writer_chunk) entry;
	unsigned target;
	size_t size, done;
	const char *data;
	bool lent; /* data is the producer's; else it is bytes */
	char bytes[];
};

static int writer_reopen(int);
static bool writer_is_full(const struct writer *);
static bool writer_drops(const struct writer *);
static size_t
writer_try(struct writer *, struct writer_target *, const char *, size_t);
static ssize_t writer_put(struct writer_target *, const char *, size_t);
static void writer_failed(struct writer *, struct writer_target *, int);
static void writer_refused(struct writer *, int);
static void writer_recover(struct writer *);
static void writer_take(struct writer *, unsigned, const char *, size_t, bool);
static void
writer_enqueue(struct writer *, unsigned, const char *, size_t, bool);
static struct writer_chunk *writer_chunk(const char *, size_t, bool);
static void writer_dequeue(struct writer *);
static void writer_tell(struct writer *);
static void writer_tell_refusal(struct writer *);
static void writer_tell_lost(struct writer *);
static int64_t writer_last_ms(const struct writer *, int64_t, int64_t, int);
static void writer_give_up(struct writer *);

void
writer_init(struct writer *writer, size_t room_bytes, bool hasty)
{
	unsigned i;

	memset(writer, 0, sizeof(*writer));
	TAILQ_INIT(&writer->queue);
	writer->room_bytes = room_bytes;
	writer->hasty = hasty;
	for (i = 0; i < WRITER_TARGETS; i++)
		writer->target[i].fd = -1;
}

/*
 * A terminal can block even where poll(2) said POLLOUT, and O_NONBLOCK set on
 * an inherited description would change it for the caller as well. So pipes
 * and terminals are opened anew through /proc. Regular files are used as they
 * are: a new description would lose the shared offset of ">log 2>&1", and
 * they do not block.
 */
int
writer_descriptor(int fd, bool *polite)
{
	struct stat st;
	int anew;

	*polite = false;
	if (fstat(fd, &st) == -1 ||
	    (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode)))
		return fd;
	anew = writer_reopen(fd);
	*polite = anew == -1;
	return anew == -1 ? fd : anew;
}

void
writer_set_target(struct writer *writer, unsigned index, int fd,
    const char *name, bool polite)
{
	struct writer_target *target = &writer->target[index];
	struct stat st;

	target->fd = fd;
	target->name = name;
	target->polite = polite;
	target->is_socket = fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

void
writer_close(struct writer *writer)
{
	while (!TAILQ_EMPTY(&writer->queue))
		writer_dequeue(writer);
}

void
writer_write(
    struct writer *writer, unsigned index, const void *data, size_t size)
{
	writer_take(writer, index, data, size, false);
}

void
writer_lend(
    struct writer *writer, unsigned index, const void *data, size_t size)
{
	writer_take(writer, index, data, size, true);
}

bool
writer_has_lent(const struct writer *writer)
{
	return writer->lent > 0;
}

void
writer_keep_lent(struct writer *writer)
{
	struct writer_chunk *chunk, *next, *kept;

	for (chunk = TAILQ_FIRST(&writer->queue); chunk != NULL; chunk = next) {
		next = TAILQ_NEXT(chunk, entry);
		if (!chunk->lent)
			continue;
		writer->lent--;
		kept = writer_chunk(chunk->data + chunk->done,
		    chunk->size - chunk->done, false);
		writer->queued_bytes -= chunk->done;
		if (kept != NULL) {
			kept->target = chunk->target;
			TAILQ_INSERT_AFTER(&writer->queue, chunk, kept, entry);
		} else {
			writer->queued_bytes -= chunk->size - chunk->done;
			writer->target[chunk->target].lost_bytes +=
			    chunk->size - chunk->done;
		}
		TAILQ_REMOVE(&writer->queue, chunk, entry);
		free(chunk);
	}
}

bool
writer_refuses(const struct writer *writer)
{
	return writer->error != 0;
}

bool
writer_takes(const struct writer *writer, unsigned index)
{
	return writer->target[index].fd != -1 && !writer_drops(writer);
}

void
writer_begin_block(struct writer *writer)
{
	writer->block_is_dropped = writer_drops(writer);
	writer->in_block = true;
}

void
writer_end_block(struct writer *writer)
{
	writer->in_block = false;
	writer_tell(writer);
}

bool
writer_full(const struct writer *writer)
{
	return writer_is_full(writer) && !writer->hasty && !writer->dropping;
}

bool
writer_waits(const struct writer *writer)
{
	return !TAILQ_EMPTY(&writer->queue) && writer->error == 0;
}

struct pollfd
writer_pollfd(const struct writer *writer)
{
	struct pollfd pollfd = { .fd = -1, .events = POLLOUT };

	/* poll(2) calls a file always writable, however full its disk is. */
	if (writer_waits(writer))
		pollfd.fd =
		    writer->target[TAILQ_FIRST(&writer->queue)->target].fd;
	return pollfd;
}

void
writer_flush(struct writer *writer)
{
	struct writer_chunk *head;
	struct writer_target *target;

	while ((head = TAILQ_FIRST(&writer->queue)) != NULL) {
		target = &writer->target[head->target];
		if (target->fd != -1)
			head->done += writer_try(writer, target,
			    head->data + head->done, head->size - head->done);
		if (target->fd != -1 && head->done < head->size)
			break;
		writer_dequeue(writer);
	}
	if (TAILQ_EMPTY(&writer->queue))
		writer_recover(writer);
	writer_tell(writer);
}

int64_t
writer_due_ms(const struct writer *writer)
{
	if (writer->error == 0 || !writer_full(writer))
		return writer->retry_ms;
	return monotime_sooner(
	    writer->retry_ms, writer->failed_ms + WRITER_PATIENCE_MS);
}

void
writer_act(struct writer *writer, int64_t now_ms)
{
	if (writer->retry_ms != 0 && now_ms >= writer->retry_ms)
		writer_flush(writer);
	if (writer->error != 0 && writer_full(writer) &&
	    now_ms >= writer->failed_ms + WRITER_PATIENCE_MS)
		writer->dropping = true;
}

void
writer_finish(struct writer *const *writers, size_t count, int timeout_ms)
{
	struct pollfd pollfds[WRITER_FINISH_MAX];
	int64_t begin_ms = monotime_ms(), now_ms = begin_ms, due_ms;
	size_t i;

	for (i = 0; i < count; i++)
		writer_flush(writers[i]);
	for (;;) {
		for (i = 0, due_ms = 0; i < count; i++) {
			pollfds[i] = writer_pollfd(writers[i]);
			due_ms = monotime_sooner(due_ms,
			    writer_last_ms(
				writers[i], begin_ms, now_ms, timeout_ms));
		}
		if (due_ms == 0)
			break;
		poll(pollfds, count, monotime_left(now_ms, due_ms));
		now_ms = monotime_ms();
		for (i = 0; i < count; i++)
			if (pollfds[i].fd != -1)
				writer_flush(writers[i]);
			else
				writer_act(writers[i], now_ms);
	}
	for (i = 0; i < count; i++)
		writer_give_up(writers[i]);
}

/* Returns until when writer_finish waits now; 0: it does not wait. */
static int64_t
writer_last_ms(const struct writer *writer, int64_t begin_ms, int64_t now_ms,
    int timeout_ms)
{
	int64_t end_ms = begin_ms + timeout_ms;

	if (writer->error != 0 && timeout_ms > WRITER_LAST_MS)
		end_ms = begin_ms + WRITER_LAST_MS;
	if (TAILQ_EMPTY(&writer->queue) || now_ms >= end_ms)
		return 0;
	return monotime_sooner(end_ms, writer->retry_ms);
}

/* No message: a slow reader may have gone away on purpose. */
static void
writer_give_up(struct writer *writer)
{
	struct writer_chunk *chunk;

	if (writer->error == 0 && !writer->hasty)
		return;
	TAILQ_FOREACH (chunk, &writer->queue, entry)
		writer->target[chunk->target].lost_bytes +=
		    chunk->size - chunk->done;
	writer_close(writer);
	writer_recover(writer);
	writer_tell(writer);
}

/* -1 where that is not allowed, as with a terminal of another user. */
static int
writer_reopen(int fd)
{
	int flags = fcntl(fd, F_GETFL) & O_APPEND;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
}

static bool
writer_is_full(const struct writer *writer)
{
	return writer->queued_bytes >= writer->room_bytes;
}

/* Whatever is written next. */
static bool
writer_drops(const struct writer *writer)
{
	if (writer->in_block)
		return writer->block_is_dropped;
	return writer_is_full(writer) && (writer->hasty || writer->dropping);
}

/* Returns how many bytes were written. */
static size_t
writer_try(struct writer *writer, struct writer_target *target,
    const char *data, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = writer_put(target, data + done, size - done);
		if (n > 0) {
			done += (size_t)n;
			writer->failed_ms = 0;
		} else if (n == 0 || errno != EINTR) {
			writer_failed(writer, target, n == 0 ? EIO : errno);
			break;
		}
	}
	return done;
}

/*
 * Calls write(2) once. If it may block, this is done only when poll(2) reports
 * that the target is ready, and with no more bytes than a pipe takes at once.
 */
static ssize_t
writer_put(struct writer_target *target, const char *data, size_t size)
{
	struct pollfd pollfd = { .fd = target->fd, .events = POLLOUT };

	if (target->polite && poll(&pollfd, 1, 0) != 1) {
		errno = EAGAIN;
		return -1;
	}
	if (target->polite && size > PIPE_BUF)
		size = PIPE_BUF;
	return target->is_socket
	    ? send(target->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL)
	    : write(target->fd, data, size);
}

static void
writer_failed(struct writer *writer, struct writer_target *target, int error)
{
	switch (writable_judge(target->fd, error)) {
	case WRITABLE_LATER:
		writer_recover(writer);
		break;
	case WRITABLE_PASSING:
		writer_refused(writer, error);
		break;
	case WRITABLE_FINAL:
		target->fd = -1;
		target->lost_bytes = 0;
		break;
	}
}

static void
writer_refused(struct writer *writer, int error)
{
	int64_t now_ms = monotime_ms();

	if (writer->failed_ms == 0) {
		writer->failed_ms = now_ms;
		writer->delay_ms = WRITER_DELAY_MIN_MS;
		writer->dropping = false;
	} else {
		writer->delay_ms *= 2;
		if (writer->delay_ms > WRITER_DELAY_MAX_MS)
			writer->delay_ms = WRITER_DELAY_MAX_MS;
	}
	writer->error = error;
	writer->retry_ms = now_ms + writer->delay_ms;
}

/* The target does not refuse any more, but its reader may be slow. */
static void
writer_recover(struct writer *writer)
{
	writer->error = 0;
	writer->failed_ms = 0;
	writer->dropping = false;
	writer->retry_ms = 0;
}

static void
writer_take(struct writer *writer, unsigned index, const char *data,
    size_t size, bool lent)
{
	struct writer_target *target = &writer->target[index];
	size_t done = 0;

	if (target->fd == -1)
		return;
	if (writer_drops(writer)) {
		target->lost_bytes += size;
	} else {
		if (TAILQ_EMPTY(&writer->queue))
			done = writer_try(writer, target, data, size);
		if (target->fd != -1 && done < size)
			writer_enqueue(
			    writer, index, data + done, size - done, lent);
	}
	writer_tell(writer);
}

static void
writer_enqueue(struct writer *writer, unsigned target, const char *data,
    size_t size, bool lent)
{
	struct writer_chunk *chunk = writer_chunk(data, size, lent);

	if (chunk == NULL) {
		writer->target[target].lost_bytes += size;
		return;
	}
	chunk->target = target;
	TAILQ_INSERT_TAIL(&writer->queue, chunk, entry);
	writer->queued_bytes += size;
	writer->lent += lent;
}

/* NULL: there is no memory. */
static struct writer_chunk *
writer_chunk(const char *data, size_t size, bool lent)
{
	struct writer_chunk *chunk = malloc(sizeof(*chunk) + (lent ? 0 : size));

	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	chunk->done = 0;
	chunk->lent = lent;
	chunk->data = lent ? data : memcpy(chunk->bytes, data, size);
	return chunk;
}

static void
writer_dequeue(struct writer *writer)
{
	struct writer_chunk *chunk = TAILQ_FIRST(&writer->queue);

	TAILQ_REMOVE(&writer->queue, chunk, entry);
	writer->queued_bytes -= chunk->size;
	writer->lent -= chunk->lent;
	free(chunk);
}

/*
 * The message may be written to the same queue. So it is sent only when no
 * block is open, and never twice.
 */
static void
writer_tell(struct writer *writer)
{
	if (writer->in_block)
		return;
	if (!writer->told)
		writer_tell_refusal(writer);
	if (TAILQ_EMPTY(&writer->queue)) {
		writer->told = false;
		writer_tell_lost(writer);
	}
}

static void
writer_tell_refusal(struct writer *writer)
{
	struct writer_chunk *head = TAILQ_FIRST(&writer->queue);
	const char *why;

	if (head == NULL)
		return;
	if (writer->error != 0)
		why = strerror(writer->error);
	else if (writer->target[head->target].lost_bytes > 0)
		why = "nobody reads it";
	else
		return;
	writer->told = true;
	log_warnx(
	    "cannot write to %s: %s", writer->target[head->target].name, why);
}

static void
writer_tell_lost(struct writer *writer)
{
	struct writer_target *target;
	uint64_t lost_bytes;
	unsigned i;

	for (i = 0; i < WRITER_TARGETS; i++) {
		target = &writer->target[i];
		if ((lost_bytes = target->lost_bytes) == 0)
			continue;
		target->lost_bytes = 0;
		log_warnx("%" PRIu64 " bytes of %s were lost", lost_bytes,
		    target->name);
	}
}
