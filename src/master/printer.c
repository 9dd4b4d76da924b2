#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "foundation/monotime.h"
#include "master/printer.h"

#define PRINTER_QUEUE_MAX (1024 * 1024)
/* A pipe that holds more is filled by fewer writes, and wakes us less often. */
#define PRINTER_PIPE (256 * 1024)
/* So wide is a terminal that does not say it. */
#define PRINTER_COLUMNS 80
/* All terminals but dumb ones know this. */
#define ERASE_TO_END "\033[K"

static const char *const printer_names[] = { "standard output",
	"standard error" };

static void printer_prepare(const void *, struct pollset *, int64_t);
static void printer_dispatch(void *, unsigned, short);
static int64_t printer_due_ms(const void *, int64_t);
static void printer_act(void *, int64_t);
static void printer_set_target(struct printer *, unsigned);
static void printer_widen(int);
static bool printer_shares(void);
static void
printer_mind_status(struct printer *, unsigned, const char *, size_t);
static bool printer_may_show(const struct printer *);
static void printer_clear_status(struct printer *);

const struct source printer_source = {
	printer_prepare,
	printer_dispatch,
	printer_due_ms,
	printer_act,
};

void
printer_open(struct printer *printer)
{
	unsigned i;

	memset(printer, 0, sizeof(*printer));
	printer->shared = printer_shares();
	for (i = 0; i < TEXT_OUTLETS; i++)
		writer_init(&printer->writer[i], PRINTER_QUEUE_MAX, false);
	for (i = 0; i < TEXT_OUTLETS; i++)
		printer_set_target(printer, i);
}

void
printer_close(struct printer *printer)
{
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++) {
		writer_close(&printer->writer[i]);
		if (printer->fd[i] > STDERR_FILENO)
			close(printer->fd[i]);
	}
}

void
printer_write(enum text_stream stream, const void *data, size_t size, void *arg)
{
	struct printer *printer = arg;
	unsigned index = text_is_error(stream);

	printer_mind_status(printer, index, data, size);
	writer_write(&printer->writer[printer_outlet(printer, index)], index,
	    data, size);
}

void
printer_lend(struct printer *printer, enum text_stream stream, const void *data,
    size_t size)
{
	unsigned index = text_is_error(stream);

	printer_mind_status(printer, index, data, size);
	writer_lend(&printer->writer[printer_outlet(printer, index)], index,
	    data, size);
}

bool
printer_has_lent(const struct printer *printer, unsigned outlet)
{
	return writer_has_lent(&printer->writer[outlet]);
}

void
printer_keep_lent(struct printer *printer, unsigned outlet)
{
	writer_keep_lent(&printer->writer[outlet]);
}

bool
printer_is_refused(const struct printer *printer, unsigned outlet)
{
	return writer_refuses(&printer->writer[outlet]);
}

bool
printer_try(struct printer *printer, enum text_stream stream, const void *data,
    size_t size, size_t room_bytes)
{
	unsigned index = text_is_error(stream);
	const struct writer *writer =
	    &printer->writer[printer_outlet(printer, index)];

	if (!writer_takes(writer, index) ||
	    writer->queued_bytes + size > room_bytes)
		return false;
	printer_write(stream, data, size, printer);
	return true;
}

void
printer_expect_status(struct printer *printer)
{
	printer->expects_status = true;
}

/* Not the last one, where a terminal may begin a new line. */
size_t
printer_columns(const struct printer *printer)
{
	struct winsize size;

	if (ioctl(printer->fd[1], TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		return PRINTER_COLUMNS - 1;
	return size.ws_col - 1U;
}

void
printer_show_status(struct printer *printer, const char *line)
{
	char text[PRINTER_STATUS_MAX];
	int size;

	if (*line == '\0')
		printer_clear_status(printer);
	if (*line == '\0' || !printer_may_show(printer))
		return;
	size = snprintf(text, sizeof(text), "\r%s" ERASE_TO_END, line);
	writer_write(&printer->writer[printer_outlet(printer, 1)], 1, text,
	    (size_t)size);
	printer->has_status = true;
}

unsigned
printer_outlet(const struct printer *printer, unsigned index)
{
	return printer->shared ? 0 : index;
}

void
printer_begin_block(struct printer *printer, unsigned outlet)
{
	writer_begin_block(&printer->writer[outlet]);
}

void
printer_end_block(struct printer *printer, unsigned outlet)
{
	writer_end_block(&printer->writer[outlet]);
}

bool
printer_full(const struct printer *printer, unsigned outlet)
{
	return writer_full(&printer->writer[outlet]);
}

bool
printer_waits(const struct printer *printer)
{
	return writer_waits(&printer->writer[0]) ||
	    writer_waits(&printer->writer[1]);
}

void
printer_finish(struct printer *printer, int timeout_ms)
{
	struct writer *writers[] = { &printer->writer[0], &printer->writer[1] };

	writer_finish(writers, TEXT_OUTLETS, timeout_ms);
}

static void
printer_prepare(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct printer *printer = self;
	unsigned i;

	(void)now_ms;
	for (i = 0; i < TEXT_OUTLETS; i++)
		pollset_add(set, writer_pollfd(&printer->writer[i]), i);
}

static void
printer_dispatch(void *self, unsigned key, short events)
{
	struct printer *printer = self;
	unsigned i;

	(void)key, (void)events;
	for (i = 0; i < TEXT_OUTLETS; i++)
		if (writer_waits(&printer->writer[i]))
			writer_flush(&printer->writer[i]);
}

static int64_t
printer_due_ms(const void *self, int64_t now_ms)
{
	const struct printer *printer = self;

	(void)now_ms;
	return monotime_sooner(writer_due_ms(&printer->writer[0]),
	    writer_due_ms(&printer->writer[1]));
}

static void
printer_act(void *self, int64_t now_ms)
{
	struct printer *printer = self;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		writer_act(&printer->writer[i], now_ms);
}

static void
printer_set_target(struct printer *printer, unsigned index)
{
	int fd = index == 0 ? STDOUT_FILENO : STDERR_FILENO;
	bool polite;

	printer->fd[index] = -1;
	if (fcntl(fd, F_GETFD) == -1)
		return;
	printer_widen(fd);
	printer->fd[index] = writer_descriptor(fd, &polite);
	writer_set_target(&printer->writer[printer_outlet(printer, index)],
	    index, printer->fd[index], printer_names[index], polite);
}

/* It is no pipe, or the user has too many large ones: then it stays as it is.
 */
static void
printer_widen(int fd)
{
	int size = fcntl(fd, F_GETPIPE_SZ);

	if (size != -1 && size < PRINTER_PIPE)
		(void)fcntl(fd, F_SETPIPE_SZ, PRINTER_PIPE);
}

/* ">log 2>&1", a terminal, or two descriptors of the same pipe. */
static bool
printer_shares(void)
{
	struct stat out, err;

	return fstat(STDOUT_FILENO, &out) == 0 &&
	    fstat(STDERR_FILENO, &err) == 0 && out.st_dev == err.st_dev &&
	    out.st_ino == err.st_ino;
}

/* Text is about to be written. */
static void
printer_mind_status(
    struct printer *printer, unsigned index, const char *data, size_t size)
{
	if (!printer->expects_status || (!printer->shared && index == 0) ||
	    size == 0)
		return;
	printer_clear_status(printer);
	printer->in_line = data[size - 1] != '\n';
}

static bool
printer_may_show(const struct printer *printer)
{
	pid_t group = tcgetpgrp(printer->fd[1]);

	return !printer->in_line && (group == -1 || group == getpgrp()) &&
	    !writer_waits(&printer->writer[printer_outlet(printer, 1)]);
}

static void
printer_clear_status(struct printer *printer)
{
	static const char text[] = "\r" ERASE_TO_END;

	if (!printer->has_status)
		return;
	printer->has_status = false;
	writer_write(&printer->writer[printer_outlet(printer, 1)], 1, text,
	    sizeof(text) - 1);
}
