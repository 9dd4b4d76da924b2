#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "foundation/text.h"

/* So long may a descriptor take nothing that does not block. */
#define TEXT_WAIT_MS 10000

static bool text_leads_nowhere(int fd);
static void text_direct(enum text_stream, const void *, size_t, void *);
static ssize_t text_write_some(int, const char *, size_t);

static struct {
	text_sink *sink;
	void *arg;
	text_sink *diverted; /* NULL: it is not */
	void *diverted_arg;
	bool silent_out;
	bool nowhere[TEXT_OUTLETS]; /* the outlet is the null device */
	int lost; /* the errno for which standard output lacks text, or 0 */
} text = { .sink = text_direct };

void
text_open(void)
{
	text.nowhere[0] = text_leads_nowhere(STDOUT_FILENO);
	text.nowhere[1] = text_leads_nowhere(STDERR_FILENO);
}

static bool
text_leads_nowhere(int fd)
{
	struct stat null, st;

	return stat("/dev/null", &null) == 0 && fstat(fd, &st) == 0 &&
	    S_ISCHR(st.st_mode) && S_ISCHR(null.st_mode) &&
	    st.st_rdev == null.st_rdev;
}

void
text_set_sink(text_sink *sink, void *arg)
{
	text.sink = sink == NULL ? text_direct : sink;
	text.arg = arg;
}

void
text_divert(text_sink *sink, void *arg)
{
	text.diverted = sink;
	text.diverted_arg = arg;
}

void
text_silence_out(bool silent)
{
	text.silent_out = silent;
}

bool
text_is_heard(enum text_stream stream)
{
	if (text.diverted == NULL && text.nowhere[text_is_error(stream)])
		return false;
	return (stream != TEXT_OUT && stream != TEXT_BLOCK_OUT) ||
	    !text.silent_out;
}

bool
text_is_error(enum text_stream stream)
{
	return stream == TEXT_ERR || stream == TEXT_BLOCK_ERR;
}

bool
text_is_lines(enum text_stream stream)
{
	return stream < TEXT_BLOCK_OUT;
}

void
text_write(enum text_stream stream, const void *data, size_t size)
{
	if (size == 0 || !text_is_heard(stream))
		return;
	if (text.diverted != NULL)
		text.diverted(stream, data, size, text.diverted_arg);
	else
		text.sink(stream, data, size, text.arg);
}

void
text_vprintf(enum text_stream stream, const char *fmt, va_list ap)
{
	char line[1024], *whole;
	va_list again;
	int n;

	if (!text_is_heard(stream))
		return;
	va_copy(again, ap);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	if (n >= 0 && (size_t)n < sizeof(line)) {
		text_write(stream, line, (size_t)n);
	} else if (n >= 0 && (n = vasprintf(&whole, fmt, again)) != -1) {
		text_write(stream, whole, (size_t)n);
		free(whole);
	}
	va_end(again);
}

void
text_printf(enum text_stream stream, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vprintf(stream, fmt, ap);
	va_end(ap);
}

int
text_lost(void)
{
	return text.lost;
}

static void
text_direct(enum text_stream stream, const void *data, size_t size, void *arg)
{
	int fd = text_is_error(stream) ? STDERR_FILENO : STDOUT_FILENO;
	const char *p = data;
	ssize_t n;

	(void)arg;
	while (size > 0) {
		n = text_write_some(fd, p, size);
		if (n == -1 && errno != EPIPE && fd == STDOUT_FILENO)
			text.lost = errno;
		if (n <= 0)
			return;
		p += n;
		size -= (size_t)n;
	}
}

/* As write(2), and waits where the descriptor does not, but not for ever. */
static ssize_t
text_write_some(int fd, const char *data, size_t size)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
	ssize_t n;

	do
		n = write(fd, data, size);
	while (n == -1 &&
	    (errno == EINTR ||
		(errno == EAGAIN && poll(&pollfd, 1, TEXT_WAIT_MS) == 1)));
	return n;
}
