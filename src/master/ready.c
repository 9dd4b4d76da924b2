#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "master/listener.h"
#include "master/ready.h"

/* So many names are taken only if somebody takes them on purpose. */
#define READY_NAMES_MAX 100

static int ready_check_fd(const struct config *);
static int ready_write_fd(int, const char *);
static int ready_write_file(const char *, const char *);
static int ready_create(const char *, char *);
static int ready_name(const char *, char *);
static int ready_check_target(const char *);

int
ready_check(const struct config *config)
{
	char temporary[PATH_MAX];
	int fd;

	if (config->ready_fd != -1 && ready_check_fd(config) == -1)
		return -1;
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
	/* A port that was given is not repeated, as in the stock program. */
	chosen_by_kernel = strcmp(config->port, "0") == 0;
	text_printf(TEXT_OUT, "%s",
	    chosen_by_kernel || config->unix_path != NULL ||
		    config->activation.hands_in
		? line
		: "ACCEPT\n");
	if (config->ready_fd != -1 &&
	    ready_write_fd(config->ready_fd, line) == -1)
		return -1;
	if (config->ready_file != NULL &&
	    ready_write_file(config->ready_file, line) == -1)
		return -1;
	return 0;
}

/* It is the caller's. A standard one that was closed is open by now. */
static int
ready_check_fd(const struct config *config)
{
	int fd = config->ready_fd;
	bool was_closed = fd < DESCRIPTORS_STANDARD && config->closed[fd];

	if (config->activation.hands_in && fd == ACTIVATION_FD) {
		log_warnx("-ready_fd %d is the socket that was handed in", fd);
		return -1;
	}

	if (!was_closed && fcntl(fd, F_GETFD) != -1)
		return 0;
	if (was_closed)
		errno = EBADF;
	log_warn("-ready_fd %d", fd);
	return -1;
}

/* The descriptor is closed, so that a reader meets the end of file. */
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

/* The file gets its name when it is whole, so that nobody sees half of it. */
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

/*
 * Create a file in the same folder, under a random name, which is put in
 * temporary[PATH_MAX]: if other users may write to the folder, one of them
 * could have put a link under a name that is known before.
 */
static int
ready_create(const char *path, char *temporary)
{
	int fd, i;

	if (ready_check_target(path) == -1)
		return -1;
	for (i = 0; i < READY_NAMES_MAX; i++) {
		if (ready_name(path, temporary) == -1)
			return -1;
		fd = open(temporary,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd != -1)
			return fd;
		if (errno != EEXIST)
			break;
	}
	log_warn("-ready_file %s", path);
	return -1;
}

static int
ready_name(const char *path, char *temporary)
{
	const char *base = strrchr(path, '/');
	int folder = base == NULL ? 0 : (int)(base + 1 - path);

	if (snprintf(temporary, PATH_MAX, "%.*s.ready-%08x%08x", folder, path,
		arc4random(), arc4random()) < PATH_MAX)
		return 0;
	log_warnx("-ready_file %s: name too long", path);
	return -1;
}

/* A device or a FIFO of that name would be replaced, and so lost. */
static int
ready_check_target(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1 || S_ISREG(st.st_mode) ||
	    S_ISLNK(st.st_mode))
		return 0;
	log_warnx(
	    "-ready_file %s: there is something that is no regular file", path);
	return -1;
}
