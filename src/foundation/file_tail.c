#include "foundation/file_tail.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/monotime.h"

/* A message about a slow reader is not repeated before this time. */
#define FILE_TAIL_TELL_MS 1000

/* What to report after the lock is free. */
struct file_tail_news {
	int error; /* errno; 0: none */
	uint64_t lost_bytes;
};

static int file_tail_init(struct file_tail_state *);
static int file_tail_last(const struct file_tail *);
static enum shlock_result file_tail_lock(struct file_tail *);
static void file_tail_unlock(struct file_tail *, enum shlock_result);
static size_t file_tail_put_lines(struct file_tail *, const char *, size_t,
    struct file_tail_mark *, struct file_tail_news *);
static size_t
file_tail_append(struct file_tail *, const struct iovec *, int, bool, int *);
static size_t file_tail_break(const struct file_tail *);
static size_t file_tail_put(int, struct iovec *, int, int *);
static void file_tail_advance(struct iovec **, int *, size_t);
static void
file_tail_count(struct file_tail_state *, size_t, int, struct file_tail_news *);
static void
file_tail_tell(const struct file_tail *, const struct file_tail_news *);

int
file_tail_open(
    struct file_tail *tail, const char *option, const char *path, bool empty)
{
	int fd = file_tail_descriptor(path, empty, 0600);

	return fd == -1 ? -1 : file_tail_take(tail, fd, option, path);
}

int
file_tail_descriptor(const char *path, bool empty, mode_t mode)
{
	int flags = O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
	    (empty ? O_TRUNC : 0);
	int fd = open(path, O_RDWR | flags, mode);

	if (fd == -1 && (errno == EACCES || errno == EPERM))
		fd = open(path, O_WRONLY | flags, mode);
	return fd;
}

int
file_tail_take(
    struct file_tail *tail, int fd, const char *option, const char *path)
{
	tail->fd = fd;
	if (asprintf(&tail->name, "%s %s", option, path) == -1)
		fatalx("out of memory");
	tail->state = &tail->alone;
	if (file_tail_init(tail->state) == -1)
		return -1;
	file_tail_changed(tail);
	return 0;
}

/* An earlier program may have left a record without its end. */
void
file_tail_changed(struct file_tail *tail)
{
	int last = file_tail_last(tail);

	tail->state->torn = last != '\n' && last != -1;
}

void
file_tail_close(struct file_tail *tail)
{
	struct file_tail_news news = { 0, 0 };

	if (tail->name == NULL)
		return;
	news.lost_bytes = tail->state->lost_bytes;
	file_tail_tell(tail, &news);
	if (tail->fd != -1)
		close(tail->fd);
	free(tail->name);
	tail->fd = -1;
	tail->name = NULL;
}

int
file_tail_share(struct file_tail *tail, struct file_tail_state *state)
{
	if (tail->name == NULL)
		return 0;
	*state = tail->alone;
	tail->state = state;
	return file_tail_init(state);
}

bool
file_tail_is_empty(const struct file_tail *tail)
{
	return lseek(tail->fd, 0, SEEK_END) == 0;
}

void
file_tail_write(struct file_tail *tail, const struct iovec *record, int parts)
{
	struct file_tail_news news = { 0, 0 };
	enum shlock_result lock;
	size_t lost = 0;
	int error = 0, i;

	if (tail->fd == -1)
		return;
	for (i = 0; i < parts; i++)
		lost += record[i].iov_len;
	lock = file_tail_lock(tail);
	lost -= file_tail_append(tail, record, parts, false, &error);
	file_tail_count(tail->state, lost, error, &news);
	file_tail_unlock(tail, lock);
	file_tail_tell(tail, &news);
}

size_t
file_tail_lines(struct file_tail *tail, const char *lines, size_t size,
    struct file_tail_mark *mark)
{
	struct file_tail_news news = { 0, 0 };
	enum shlock_result lock = file_tail_lock(tail);
	size_t whole = file_tail_put_lines(tail, lines, size, mark, &news);

	file_tail_unlock(tail, lock);
	file_tail_tell(tail, &news);
	return whole;
}

void
file_tail_lose(struct file_tail *tail, size_t size)
{
	enum shlock_result lock = file_tail_lock(tail);

	tail->state->lost_bytes += size;
	file_tail_unlock(tail, lock);
}

/* Copies the state, but not the lock. */
static int
file_tail_init(struct file_tail_state *state)
{
	return shlock_init(&state->lock);
}

/* Returns the last byte of the file (empty: a newline), or -1 if unknown. */
static int
file_tail_last(const struct file_tail *tail)
{
	struct stat st;
	char last;

	if (fstat(tail->fd, &st) == -1 || !S_ISREG(st.st_mode))
		return -1;
	if (st.st_size == 0)
		return '\n';
	return pread(tail->fd, &last, 1, st.st_size - 1) == 1
	    ? (unsigned char)last
	    : -1;
}

/* Without the lock, at worst, two records could be on one line. */
static enum shlock_result
file_tail_lock(struct file_tail *tail)
{
	struct file_tail_state *state = tail->state;
	enum shlock_result result =
	    tail->hasty ? shlock_try(&state->lock) : shlock_lock(&state->lock);

	if (result == SHLOCK_OWNER_DIED) {
		shlock_repaired(&state->lock);
		state->torn = state->torn || file_tail_last(tail) != '\n';
	}
	return result;
}

static void
file_tail_unlock(struct file_tail *tail, enum shlock_result lock)
{
	if (lock != SHLOCK_BUSY)
		shlock_unlock(&tail->state->lock);
}

static size_t
file_tail_put_lines(struct file_tail *tail, const char *lines, size_t size,
    struct file_tail_mark *mark, struct file_tail_news *news)
{
	struct iovec record = { (void *)(uintptr_t)lines, size };
	bool goes_on =
	    mark->done > 0 && lseek(tail->fd, 0, SEEK_END) == mark->end;
	size_t done, whole;
	int error = 0;

	if (goes_on) {
		record.iov_base = (char *)record.iov_base + mark->done;
		record.iov_len -= mark->done;
	}
	done = file_tail_append(tail, &record, 1, goes_on, &error) +
	    (goes_on ? mark->done : 0);
	for (whole = done; whole > 0 && lines[whole - 1] != '\n'; whole--)
		;
	mark->done = done - whole;
	if (mark->done > 0)
		mark->end = lseek(tail->fd, 0, SEEK_CUR);
	file_tail_count(tail->state, 0, error, news);
	return whole;
}

/*
 * Returns how many bytes of the record were written. goes_on: its first bytes
 * are what the file ends with.
 */
static size_t
file_tail_append(struct file_tail *tail, const struct iovec *record, int count,
    bool goes_on, int *error)
{
	struct file_tail_state *state = tail->state;
	struct iovec parts[1 + FILE_TAIL_PARTS];
	char newline[] = "\n";
	size_t size = 0, done, end = goes_on ? 0 : file_tail_break(tail);
	int i;

	parts[0] = (struct iovec){ .iov_base = newline, .iov_len = end };
	for (i = 0; i < count; i++) {
		parts[1 + i] = record[i];
		size += record[i].iov_len;
	}
	done = file_tail_put(tail->fd, parts, 1 + count, error);
	state->failed = *error != 0;
	if (done < end)
		return 0;
	done -= end;
	state->torn = done < size && (done > 0 || goes_on);
	return done;
}

/* Returns how many newlines are to come before the next record. */
static size_t
file_tail_break(const struct file_tail *tail)
{
	int last = tail->state->failed ? file_tail_last(tail) : -1;

	return last == -1 ? tail->state->torn : last != '\n';
}

/* Calls write(2) once, or again if it was short. Returns bytes written. */
static size_t
file_tail_put(int fd, struct iovec *parts, int count, int *error)
{
	size_t done = 0;
	ssize_t n;

	for (file_tail_advance(&parts, &count, 0); count > 0;
	     file_tail_advance(&parts, &count, n > 0 ? (size_t)n : 0)) {
		n = writev(fd, parts, count);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			*error = n == 0 ? EIO : errno;
			break;
		}
		done += (size_t)n;
	}
	return done;
}

/* Skips so many bytes, and then the parts that are empty. */
static void
file_tail_advance(struct iovec **parts, int *count, size_t size)
{
	for (; *count > 0 && size >= (*parts)->iov_len; (*parts)++, (*count)--)
		size -= (*parts)->iov_len;
	if (*count > 0) {
		(*parts)->iov_base = (char *)(*parts)->iov_base + size;
		(*parts)->iov_len -= size;
	}
}

static void
file_tail_count(struct file_tail_state *state, size_t lost, int error,
    struct file_tail_news *news)
{
	state->lost_bytes += lost;
	if (error != 0 && !state->told) {
		news->error = error;
		state->told = true;
		state->told_ms = monotime_ms();
	} else if (error == 0 && state->told &&
	    monotime_ms() >= state->told_ms + FILE_TAIL_TELL_MS) {
		news->lost_bytes = state->lost_bytes;
		state->lost_bytes = 0;
		state->told = false;
	}
}

static void
file_tail_tell(const struct file_tail *tail, const struct file_tail_news *news)
{
	if (news->error != 0)
		log_warnx("cannot write to %s: %s", tail->name,
		    news->error == EAGAIN ? "nobody reads it"
					  : strerror(news->error));
	if (news->lost_bytes > 0)
		log_warnx("%" PRIu64 " bytes of %s were lost", news->lost_bytes,
		    tail->name);
}
