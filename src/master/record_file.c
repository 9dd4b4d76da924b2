#include "master/record_file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/fault.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "master/printer.h"
#include "shared/shared.h"

#define RECORD_FILE_GIVEN "fd:"

static void record_file_prepare(const void *, struct pollset *, int64_t);
static void record_file_dispatch(void *, unsigned, short);
static int64_t record_file_due_ms(const void *, int64_t);
static void record_file_act(void *, int64_t);
static bool record_file_is_given(const char *);
static int record_file_given(const char *);
static const char *record_file_unfit(const struct config *, int);
static int record_file_use(struct record_file *, int, bool);
static int record_file_use_given(struct record_file *, int);
static int record_file_descriptor(const char *);
static bool record_file_is(const char *, mode_t);
static void record_file_change_way(struct record_file *);
static bool record_file_appends(const struct record_file *);
static void record_file_end_writer(struct record_file *, int);
static void record_file_print(struct record_file *, const char *, size_t);
static void record_file_tell(struct record_file *, const char *);
static void record_file_lose(struct record_file *, const char *, size_t);

const struct source record_file_source = {
	record_file_prepare,
	record_file_dispatch,
	record_file_due_ms,
	record_file_act,
};

int
record_file_check(const struct config *config)
{
	const char *unfit;

	if (config->log == NULL || !record_file_is_given(config->log))
		return 0;
	unfit = record_file_unfit(config, record_file_given(config->log));
	if (unfit == NULL)
		return 0;
	log_warnx("-log %s: %s", config->log, unfit);
	return -1;
}

int
record_file_open(struct record_file *file, const struct config *config,
    struct printer *printer)
{
	int fd;

	if ((file->target = config->log) == NULL)
		return 0;
	file->printer = printer;
	file->printed_room = RECORD_FILE_ROOM_PRINTED;
	file->file.hasty = true;
	writer_init(&file->writer,
	    fault_fails("log-room") ? PIPE_BUF : RECORD_FILE_ROOM, true);
	if (strcmp(file->target, "-") == 0)
		return record_file_use_given(file, STDOUT_FILENO);
	if (record_file_is_given(file->target))
		return record_file_use_given(
		    file, record_file_given(file->target));
	if ((fd = record_file_descriptor(file->target)) == -1)
		return -1;
	file->has_path = true;
	return record_file_use(file, fd, false);
}

int
record_file_share(struct record_file *file, struct shared_board *board)
{
	file->lost = &board->log_lost;
	file_queue_init(
	    &file->queue, &file->file, RECORD_FILE_ROOM, file->lost);
	return file_tail_share(&file->file, &board->log);
}

int
record_file_reopen(struct record_file *file)
{
	int fd;

	if (!file->has_path)
		return 0;
	if ((fd = record_file_descriptor(file->target)) == -1)
		return -1;
	/* Under the number that is known, for the children to come. */
	if (dup3(fd, file->fd, O_CLOEXEC) == -1) {
		log_warn("-log %s", file->target);
		close(fd);
		return -1;
	}
	close(fd);
	record_file_change_way(file);
	return 0;
}

void
record_file_write(struct record_file *file, const void *lines, size_t size)
{
	switch (file->way) {
	case RECORD_NOWHERE:
		break;
	case RECORD_APPENDED:
		file_queue_add(&file->queue, lines, size);
		(void)file_queue_flush(&file->queue);
		break;
	case RECORD_WRITTEN:
		if (!writer_takes(&file->writer, 0))
			record_file_lose(file, lines, size);
		/* Of all else the writer tells. */
		if (file->writer.target[0].fd == -1)
			record_file_tell(file, "its reader is gone");
		writer_write(&file->writer, 0, lines, size);
		break;
	case RECORD_PRINTED:
		record_file_print(file, lines, size);
		break;
	}
}

void
record_file_write_last(struct record_file *file, const void *line, size_t size)
{
	file->queue.room_bytes = SIZE_MAX;
	file->writer.room_bytes = SIZE_MAX;
	file->printed_room = SIZE_MAX;
	record_file_write(file, line, size);
}

uint64_t
record_file_lost(const struct record_file *file)
{
	return file->lost == NULL
	    ? 0
	    : atomic_load_explicit(file->lost, memory_order_relaxed);
}

void
record_file_close(struct record_file *file, int timeout_ms)
{
	if (file->way == RECORD_NOWHERE)
		return;
	record_file_end_writer(file, timeout_ms);
	if (file->way == RECORD_APPENDED)
		file_queue_close(&file->queue);
	else if (file->has_path)
		close(file->fd);
	file_tail_close(&file->file);
	file->way = RECORD_NOWHERE;
}

static void
record_file_prepare(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct record_file *file = self;

	(void)now_ms;
	if (file->way == RECORD_WRITTEN)
		pollset_add(set, writer_pollfd(&file->writer), 0);
}

static void
record_file_dispatch(void *self, unsigned key, short events)
{
	struct record_file *file = self;

	(void)key, (void)events;
	writer_flush(&file->writer);
}

static int64_t
record_file_due_ms(const void *self, int64_t now_ms)
{
	const struct record_file *file = self;

	(void)now_ms;
	switch (file->way) {
	case RECORD_APPENDED:
		return file->queue.retry_ms;
	case RECORD_WRITTEN:
		return writer_due_ms(&file->writer);
	default:
		return 0;
	}
}

static void
record_file_act(void *self, int64_t now_ms)
{
	struct record_file *file = self;

	if (file->way == RECORD_APPENDED)
		file_queue_act(&file->queue, now_ms);
	else if (file->way == RECORD_WRITTEN)
		writer_act(&file->writer, now_ms);
}

static bool
record_file_is_given(const char *target)
{
	return strncmp(target, RECORD_FILE_GIVEN, strlen(RECORD_FILE_GIVEN)) ==
	    0;
}

/* Returns the number of "fd:N", or -1 if it is none. */
static int
record_file_given(const char *target)
{
	const char *digits = target + strlen(RECORD_FILE_GIVEN), *error;
	long long number;

	if (digits[strspn(digits, "0123456789")] != '\0')
		return -1;
	number = strtonum(digits, 0, INT_MAX, &error);
	return error == NULL ? (int)number : -1;
}

/* Returns NULL if lines can be written to this descriptor, else why not. */
static const char *
record_file_unfit(const struct config *config, int fd)
{
	int flags;

	if (fd == -1)
		return "not fd: and the number of a descriptor";
	if (config->activation.hands_in && fd == ACTIVATION_FD)
		return "that is the socket that was handed in";
	if (fd == config->ready_fd && fd > STDERR_FILENO)
		return "-ready_fd closes this descriptor";
	if ((fd < DESCRIPTORS_STANDARD && config->closed[fd]) ||
	    (flags = fcntl(fd, F_GETFL)) == -1)
		return strerror(EBADF);
	return (flags & O_ACCMODE) == O_RDONLY ? "open for reading only" : NULL;
}

static int
record_file_use_given(struct record_file *file, int given)
{
	bool polite;
	int fd;

	if (given == STDOUT_FILENO || given == STDERR_FILENO) {
		file->way = RECORD_PRINTED;
		file->stream = given == STDOUT_FILENO ? TEXT_OUT : TEXT_ERR;
		file->fd = -1;
		return file_tail_take(&file->file, -1, "-log", file->target);
	}
	fd = writer_descriptor(given, &polite);
	return record_file_use(file, fd, polite);
}

static int
record_file_use(struct record_file *file, int fd, bool polite)
{
	bool appends;

	file->fd = fd;
	appends = record_file_appends(file);
	file->way = appends ? RECORD_APPENDED : RECORD_WRITTEN;
	if (file_tail_take(
		&file->file, appends ? fd : -1, "-log", file->target) == -1)
		return -1;
	if (!appends)
		writer_set_target(
		    &file->writer, 0, fd, file->file.name, polite);
	return 0;
}

/* Returns -1 if it fails (reported). */
static int
record_file_descriptor(const char *path)
{
	int fd = file_tail_descriptor(path, false, 0666);

	if (fd == -1 && errno == ENXIO && record_file_is(path, S_IFSOCK))
		log_warnx("-log %s: a UNIX socket cannot be opened; connect "
			  "to it, and name the descriptor with fd:",
		    path);
	else if (fd == -1)
		log_warn("-log %s", path);
	return fd;
}

static bool
record_file_is(const char *path, mode_t type)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

/* The path may lead to something of another kind now. */
static void
record_file_change_way(struct record_file *file)
{
	bool appends = record_file_appends(file);

	file->file.fd = appends ? file->fd : -1;
	file_queue_changed(&file->queue);
	if (appends) {
		record_file_end_writer(file, 0);
		file->way = RECORD_APPENDED;
		file_tail_changed(&file->file);
		(void)file_queue_flush(&file->queue);
	} else {
		file->way = RECORD_WRITTEN;
		writer_set_target(
		    &file->writer, 0, file->fd, file->file.name, false);
		record_file_write(
		    file, file->queue.lines.data, file->queue.lines.size);
		textbuf_clear(&file->queue.lines);
	}
}

/* Only our own descriptors are sure to have O_APPEND. */
static bool
record_file_appends(const struct record_file *file)
{
	struct stat st;

	return file->has_path && fstat(file->fd, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

static void
record_file_end_writer(struct record_file *file, int timeout_ms)
{
	struct writer *writer = &file->writer;

	if (file->way != RECORD_WRITTEN)
		return;
	writer_finish(&writer, 1, timeout_ms);
	writer_close(writer);
}

static void
record_file_print(struct record_file *file, const char *lines, size_t size)
{
	if (printer_try(
		file->printer, file->stream, lines, size, file->printed_room))
		return;
	record_file_lose(file, lines, size);
	record_file_tell(file, "nobody reads it");
}

static void
record_file_tell(struct record_file *file, const char *why)
{
	if (!file->told)
		log_warnx("cannot write to %s: %s", file->file.name, why);
	file->told = true;
}

static void
record_file_lose(struct record_file *file, const char *lines, size_t size)
{
	atomic_fetch_add_explicit(
	    file->lost, file_queue_count(lines, size), memory_order_relaxed);
}
