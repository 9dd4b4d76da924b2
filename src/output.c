/*
 * A terminal can block even where poll(2) said POLLOUT, and O_NONBLOCK set on
 * an inherited description would change it for the caller as well. So pipes
 * and terminals are opened anew through /proc. Regular files are used as they
 * are: a new description would lose the shared offset of ">log 2>&1", and
 * they do not block.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monotime.h"
#include "output.h"

#define OUTPUT_QUEUE_MAX (1024 * 1024)

struct output_chunk {
	TAILQ_ENTRY(output_chunk) entry;
	int index; /* into output.fd */
	size_t size, done;
	char bytes[];
};

static void output_prepare(struct output *, int);
static ssize_t output_try(struct output *, int, const char *, size_t);
static void output_enqueue(struct output *, int, const char *, size_t);
static void output_dequeue(struct output *, unsigned);
static bool output_shares(void);
static unsigned output_outlet(const struct output *, int);
static void output_flush_outlet(struct output *, unsigned);

void
output_open(struct output *output)
{
	unsigned i;

	memset(output, 0, sizeof(*output));
	output->shared = output_shares();
	for (i = 0; i < TEXT_OUTLETS; i++) {
		TAILQ_INIT(&output->queue[i]);
		output_prepare(output, (int)i);
	}
}

void
output_close(struct output *output)
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++) {
		while (!TAILQ_EMPTY(&output->queue[i]))
			output_dequeue(output, i);
		if (output->fd[i] > STDERR_FILENO)
			close(output->fd[i]);
	}
}

void
output_write(enum text_stream stream, const void *data, size_t size, void *arg)
{
	struct output *output = arg;
	int index = text_is_error(stream);
	ssize_t n = 0;

	if (TAILQ_EMPTY(&output->queue[output_outlet(output, index)]) &&
	    (n = output_try(output, index, data, size)) == -1)
		return;
	if ((size_t)n < size)
		output_enqueue(
		    output, index, (const char *)data + n, size - (size_t)n);
}

bool
output_full(const struct output *output, unsigned outlet)
{
	return output->queued_bytes[outlet] >= OUTPUT_QUEUE_MAX;
}

bool
output_waits(const struct output *output)
{
	return !TAILQ_EMPTY(&output->queue[0]) ||
	    !TAILQ_EMPTY(&output->queue[1]);
}

struct pollfd
output_pollfd(const struct output *output, unsigned outlet)
{
	struct output_chunk *head = TAILQ_FIRST(&output->queue[outlet]);
	struct pollfd pollfd = { .fd = -1, .events = POLLOUT };

	if (head != NULL)
		pollfd.fd = output->fd[head->index];
	return pollfd;
}

void
output_flush(struct output *output)
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		output_flush_outlet(output, i);
}

void
output_finish(struct output *output, int timeout_ms)
{
	int64_t end_ms = monotime_ms() + timeout_ms, left_ms;
	struct pollfd pollfds[TEXT_OUTLETS];
	unsigned i;

	output_flush(output);
	while (output_waits(output)) {
		left_ms = end_ms - monotime_ms();
		for (i = 0; i < TEXT_OUTLETS; i++)
			pollfds[i] = output_pollfd(output, i);
		if (left_ms <= 0 ||
		    poll(pollfds, TEXT_OUTLETS, (int)left_ms) == 0)
			return;
		output_flush(output);
	}
}

static void
output_flush_outlet(struct output *output, unsigned outlet)
{
	struct output_chunk *head;
	ssize_t n;

	while ((head = TAILQ_FIRST(&output->queue[outlet])) != NULL) {
		n = output_try(output, head->index, head->bytes + head->done,
		    head->size - head->done);
		if (n == 0)
			return;
		if (n > 0)
			head->done += (size_t)n;
		if (n == -1 || head->done == head->size)
			output_dequeue(output, outlet);
	}
}

static void
output_prepare(struct output *output, int index)
{
	int fd = index == 0 ? STDOUT_FILENO : STDERR_FILENO, flags;
	struct stat st;
	char path[32];

	output->fd[index] = fd;
	if (fstat(fd, &st) == -1) {
		output->fd[index] = -1;
		return;
	}
	output->is_socket[index] = S_ISSOCK(st.st_mode);
	if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	flags = fcntl(fd, F_GETFL) & O_APPEND;
	output->fd[index] =
	    open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
	if (output->fd[index] == -1) {
		output->fd[index] = fd;
		output->polite[index] = true;
	}
}

/*
 * Returns bytes written, 0: would block, -1: this stream is gone for good.
 *
 * A descriptor that could not be opened anew (a terminal of another user) is
 * written only when poll(2) agrees and no more than a pipe takes at once.
 */
static ssize_t
output_try(struct output *output, int index, const char *data, size_t size)
{
	int fd = output->fd[index];
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	size_t done = 0;
	ssize_t n;

	if (fd == -1)
		return -1;
	while (done < size) {
		size_t want = size - done;

		if (output->polite[index]) {
			if (poll(&pollfd, 1, 0) != 1)
				break;
			if (want > PIPE_BUF)
				want = PIPE_BUF;
		}
		n = output->is_socket[index]
		    ? send(fd, data + done, want, MSG_DONTWAIT | MSG_NOSIGNAL)
		    : write(fd, data + done, want);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n == -1) {
			output->fd[index] = -1;
			return -1;
		}
		done += (size_t)n;
	}
	return (ssize_t)done;
}

static void
output_enqueue(struct output *output, int index, const char *data, size_t size)
{
	unsigned outlet = output_outlet(output, index);
	struct output_chunk *chunk;

	if ((chunk = malloc(sizeof(*chunk) + size)) == NULL)
		return;
	chunk->index = index;
	chunk->size = size;
	chunk->done = 0;
	memcpy(chunk->bytes, data, size);
	TAILQ_INSERT_TAIL(&output->queue[outlet], chunk, entry);
	output->queued_bytes[outlet] += size;
}

static void
output_dequeue(struct output *output, unsigned outlet)
{
	struct output_chunk *chunk = TAILQ_FIRST(&output->queue[outlet]);

	TAILQ_REMOVE(&output->queue[outlet], chunk, entry);
	output->queued_bytes[outlet] -= chunk->size;
	free(chunk);
}

/* ">log 2>&1", a terminal, or two descriptors of the same pipe. */
static bool
output_shares(void)
{
	struct stat out, err;

	return fstat(STDOUT_FILENO, &out) == 0 &&
	    fstat(STDERR_FILENO, &err) == 0 && out.st_dev == err.st_dev &&
	    out.st_ino == err.st_ino;
}

static unsigned
output_outlet(const struct output *output, int index)
{
	return output->shared ? 0 : (unsigned)index;
}
