#include "stats_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "monotime.h"

static void stats_file_warn(struct stats_file *, const char *);

/*
 * A FIFO that nobody reads yet can only be opened for both directions. Then
 * it has a reader always, so a reader that comes and goes is no error either.
 */
int
stats_file_open(struct stats_file *file, const char *path)
{
	static const int flags =
	    O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

	memset(file, 0, sizeof(*file));
	textbuf_init(&file->pending);
	file->path = path;
	file->fd = open(path, O_WRONLY | flags, 0666);
	if (file->fd == -1 && errno == ENXIO)
		file->fd = open(path, O_RDWR | flags, 0666);
	if (file->fd == -1) {
		log_warn("-stats_json %s", path);
		return -1;
	}
	return 0;
}

void
stats_file_write(struct stats_file *file, const char *line, size_t size)
{
	stats_file_flush(file);
	if (file->pending.size > 0) {
		stats_file_warn(file, "nobody reads it: a line is lost");
		return;
	}
	textbuf_append(&file->pending, line, size);
	stats_file_flush(file);
}

struct pollfd
stats_file_pollfd(const struct stats_file *file)
{
	return (struct pollfd){ .fd = file->full ? file->fd : -1,
		.events = POLLOUT };
}

/* What fails otherwise than for a slow reader is tried with the next line. */
void
stats_file_flush(struct stats_file *file)
{
	ssize_t n;

	file->full = false;
	while (file->pending.size > 0) {
		n = write(file->fd, file->pending.data, file->pending.size);
		if (n >= 0) {
			textbuf_drop(&file->pending, (size_t)n);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			file->full = true;
			return;
		} else if (errno != EINTR) {
			stats_file_warn(file, strerror(errno));
			/* A new reader must not begin within a line. */
			if (errno == EPIPE)
				textbuf_clear(&file->pending);
			return;
		}
	}
	textbuf_free(&file->pending);
}

void
stats_file_close(struct stats_file *file, int timeout_ms)
{
	int64_t end_ms = monotime_ms() + timeout_ms, left_ms;
	struct pollfd pollfd;

	stats_file_flush(file);
	while (file->full && (left_ms = end_ms - monotime_ms()) > 0) {
		pollfd = stats_file_pollfd(file);
		if (poll(&pollfd, 1, (int)left_ms) == 0)
			break;
		stats_file_flush(file);
	}
	textbuf_free(&file->pending);
	close(file->fd);
}

static void
stats_file_warn(struct stats_file *file, const char *why)
{
	if (!file->warned)
		log_warnx("-stats_json %s: %s", file->path, why);
	file->warned = true;
}
