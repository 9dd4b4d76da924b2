/*
 * A terminal can block even where poll(2) said POLLOUT, and O_NONBLOCK set on
 * an inherited description would change it for the caller as well. So pipes
 * and terminals are opened anew through /proc. Regular files are used as they
 * are: a new description would lose the shared offset of ">log 2>&1", and
 * they do not block.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "foundation/monotime.h"
#include "master/output.h"

#define OUTPUT_QUEUE_MAX (1024 * 1024)

static const char *const output_names[] = { "standard output",
	"standard error" };

static void output_prepare(const void *, struct pollset *, int64_t);
static void output_dispatch(void *, unsigned, short);
static int64_t output_due_ms(const void *, int64_t);
static void output_act(void *, int64_t);
static void output_set_target(struct output *, unsigned);
static int output_reopen(int);
static bool output_shares(void);
static unsigned output_outlet(const struct output *, unsigned);

const struct source output_source = {
	output_prepare,
	output_dispatch,
	output_due_ms,
	output_act,
};

void
output_open(struct output *output)
{
	unsigned i;

	memset(output, 0, sizeof(*output));
	output->shared = output_shares();
	for (i = 0; i < TEXT_OUTLETS; i++)
		writer_init(&output->writer[i], OUTPUT_QUEUE_MAX, false);
	for (i = 0; i < TEXT_OUTLETS; i++)
		output_set_target(output, i);
}

void
output_close(struct output *output)
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++) {
		writer_close(&output->writer[i]);
		if (output->fd[i] > STDERR_FILENO)
			close(output->fd[i]);
	}
}

void
output_write(enum text_stream stream, const void *data, size_t size, void *arg)
{
	struct output *output = arg;
	unsigned index = text_is_error(stream);

	writer_write(
	    &output->writer[output_outlet(output, index)], index, data, size);
}

void
output_begin_block(struct output *output, unsigned outlet)
{
	writer_begin_block(&output->writer[outlet]);
}

void
output_end_block(struct output *output, unsigned outlet)
{
	writer_end_block(&output->writer[outlet]);
}

bool
output_full(const struct output *output, unsigned outlet)
{
	return writer_full(&output->writer[outlet]);
}

bool
output_waits(const struct output *output)
{
	return writer_waits(&output->writer[0]) ||
	    writer_waits(&output->writer[1]);
}

void
output_finish(struct output *output, int timeout_ms)
{
	struct writer *writers[] = { &output->writer[0], &output->writer[1] };

	writer_finish(writers, TEXT_OUTLETS, timeout_ms);
}

static void
output_prepare(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct output *output = self;
	unsigned i;

	(void)now_ms;
	for (i = 0; i < TEXT_OUTLETS; i++)
		pollset_add(set, writer_pollfd(&output->writer[i]), i);
}

static void
output_dispatch(void *self, unsigned key, short events)
{
	struct output *output = self;
	unsigned i;

	(void)key, (void)events;
	for (i = 0; i < TEXT_OUTLETS; i++)
		if (writer_waits(&output->writer[i]))
			writer_flush(&output->writer[i]);
}

static int64_t
output_due_ms(const void *self, int64_t now_ms)
{
	const struct output *output = self;

	(void)now_ms;
	return monotime_sooner(writer_due_ms(&output->writer[0]),
	    writer_due_ms(&output->writer[1]));
}

static void
output_act(void *self, int64_t now_ms)
{
	struct output *output = self;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		writer_act(&output->writer[i], now_ms);
}

static void
output_set_target(struct output *output, unsigned index)
{
	int fd = index == 0 ? STDOUT_FILENO : STDERR_FILENO;
	bool may_block = false;
	struct stat st;

	output->fd[index] = -1;
	if (fstat(fd, &st) == -1)
		return;
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
		output->fd[index] = output_reopen(fd);
		may_block = output->fd[index] == -1;
	}
	if (output->fd[index] == -1)
		output->fd[index] = fd;
	writer_set_target(&output->writer[output_outlet(output, index)], index,
	    output->fd[index], output_names[index], may_block);
}

/* -1 where that is not allowed, as with a terminal of another user. */
static int
output_reopen(int fd)
{
	int flags = fcntl(fd, F_GETFL) & O_APPEND;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
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
output_outlet(const struct output *output, unsigned index)
{
	return output->shared ? 0 : index;
}
