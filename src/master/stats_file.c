#include "master/stats_file.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "foundation/log.h"

#define STATS_FILE_FLAGS \
	(O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
/* The queue is full when anything waits. */
#define STATS_FILE_ROOM 1

static int stats_file_descriptor(const char *);

int
stats_file_open(struct stats_file *file, const char *path)
{
	file->name = NULL;
	if ((file->fd = stats_file_descriptor(path)) == -1) {
		log_warn("-stats_json %s", path);
		return -1;
	}
	if (asprintf(&file->name, "-stats_json %s", path) == -1)
		fatalx("out of memory");
	writer_init(&file->writer, STATS_FILE_ROOM, true);
	writer_set_target(&file->writer, 0, file->fd, file->name, false);
	return 0;
}

void
stats_file_close(struct stats_file *file, int timeout_ms)
{
	struct writer *writer = &file->writer;

	writer_finish(&writer, 1, timeout_ms);
	writer_close(writer);
	close(file->fd);
	free(file->name);
	file->name = NULL;
}

/*
 * A FIFO that nobody reads yet can only be opened for both directions. Then
 * it has a reader always, so a reader that comes and goes is no error either.
 */
static int
stats_file_descriptor(const char *path)
{
	struct stat st;
	int fd, both;

	fd = open(path, O_WRONLY | STATS_FILE_FLAGS, 0666);
	if (fd == -1)
		return errno == ENXIO
		    ? open(path, O_RDWR | STATS_FILE_FLAGS, 0666)
		    : -1;
	if (fstat(fd, &st) == -1 || !S_ISFIFO(st.st_mode))
		return fd;
	if ((both = open(path, O_RDWR | STATS_FILE_FLAGS, 0666)) == -1)
		return fd;
	close(fd);
	return both;
}
