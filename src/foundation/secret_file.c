#include "foundation/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include "foundation/log.h"

/* A FIFO would hold up the start, or give its key only once. */
int
secret_file_open(const char *option, const char *path, struct stat *st)
{
	int fd;

	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1) {
		log_warn("%s %s", option, path);
		return -1;
	}
	if (fstat(fd, st) == -1)
		log_warn("%s %s", option, path);
	else if (!S_ISREG(st->st_mode))
		log_warnx("%s %s: not a regular file", option, path);
	else
		return fd;
	close(fd);
	return -1;
}

void
secret_file_warn(const char *option, const char *path, const struct stat *st)
{
	if ((st->st_mode & (S_IRGRP | S_IROTH)) != 0)
		log_warnx("%s %s: warning: others than its owner may read it",
		    option, path);
}
