#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "listener.h"
#include "log.h"
#include "ready.h"
#include "text.h"

static int ready_write_fd(int, const char *);
static int ready_write_file(const char *, const char *);
static int ready_create(const char *, char *);

int
ready_check(const struct config *config)
{
	char temporary[PATH_MAX];
	int fd;

	if (config->ready_fd != -1 && fcntl(config->ready_fd, F_GETFD) == -1) {
		log_warn("-ready_fd %d", config->ready_fd);
		return -1;
	}
	if (config->ready_file == NULL)
		return 0;
	if ((fd = ready_create(config->ready_file, temporary)) == -1)
		return -1;
	close(fd);
	unlink(temporary);
	return 0;
}

int
ready_announce(const struct config *config, const struct listener *listener)
{
	char where[256], line[sizeof(where) + 1];
	bool chosen_by_kernel;

	listener_describe(listener, where, sizeof(where));
	snprintf(line, sizeof(line), "%s\n", where);
	/* Who named a port knows it: the stock program says just ACCEPT. */
	chosen_by_kernel = strcmp(config->port, "0") == 0;
	text_printf(TEXT_OUT, "%s",
	    chosen_by_kernel || config->unix_path != NULL ? line : "ACCEPT\n");
	if (config->ready_fd != -1 &&
	    ready_write_fd(config->ready_fd, line) == -1)
		return -1;
	if (config->ready_file != NULL &&
	    ready_write_file(config->ready_file, line) == -1)
		return -1;
	return 0;
}

/* Closed afterwards, so that who reads to the end of file goes on. */
static int
ready_write_fd(int fd, const char *line)
{
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line)) {
		log_warn("-ready_fd %d", fd);
		return -1;
	}
	if (fd > STDERR_FILENO)
		close(fd);
	return 0;
}

/* By rename, so that whoever sees the file sees all of it. */
static int
ready_write_file(const char *path, const char *line)
{
	char temporary[PATH_MAX];
	ssize_t n;
	int fd;

	if ((fd = ready_create(path, temporary)) == -1)
		return -1;
	n = write(fd, line, strlen(line));
	close(fd);
	if (n != (ssize_t)strlen(line) || rename(temporary, path) == -1) {
		log_warn("-ready_file %s", path);
		unlink(temporary);
		return -1;
	}
	return 0;
}

/* In the same folder, under a name that is put in temporary[PATH_MAX]. */
static int
ready_create(const char *path, char *temporary)
{
	int fd;

	if (snprintf(temporary, PATH_MAX, "%s.%ld", path, (long)getpid()) >=
	    PATH_MAX) {
		log_warnx("-ready_file %s: name too long", path);
		return -1;
	}
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd == -1)
		log_warn("-ready_file %s", path);
	return fd;
}
