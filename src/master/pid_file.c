#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <libutil.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "master/pid_file.h"

#define PID_FILE_BYTES_MAX 32

static bool pid_file_is_there(const struct pid_file *);
static int pid_file_check_old(const char *);
static bool pid_file_is_of_number(int);

int
pid_file_open(struct pid_file *file, const char *path)
{
	pid_t other = 0;

	file->handle = NULL;
	file->path = path;
	if (path == NULL)
		return 0;
	if (pid_file_check_old(path) == -1)
		return -1;
	file->handle = pidfile_open(path, 0644, &other);
	if (file->handle != NULL && pidfile_write(file->handle) == 0)
		return 0;
	if (file->handle == NULL && errno == EEXIST && other > 0)
		log_warnx("-pidfile %s: process %ld has it", path, (long)other);
	else if (file->handle == NULL && errno == EEXIST)
		log_warnx("-pidfile %s: another process has it", path);
	else
		log_warn("-pidfile %s", path);
	pid_file_remove(file);
	return -1;
}

void
pid_file_remove(struct pid_file *file)
{
	if (file->handle == NULL)
		return;
	(void)(pid_file_is_there(file) ? pidfile_remove(file->handle)
				       : pidfile_close(file->handle));
	file->handle = NULL;
}

/* pidfile_remove would remove whatever has this path by now. */
static bool
pid_file_is_there(const struct pid_file *file)
{
	struct stat ours, there;

	return fstat(pidfile_fileno(file->handle), &ours) == 0 &&
	    lstat(file->path, &there) == 0 && ours.st_dev == there.st_dev &&
	    ours.st_ino == there.st_ino;
}

/*
 * Somebody may have named a key by mistake, which would be gone then. Of a
 * symbolic link only the link would be gone. Returns 0, or -1 (reported).
 */
static int
pid_file_check_old(const char *path)
{
	struct stat st;
	bool good = false;
	int fd;

	/* Any other error is that of the open to come. */
	if (lstat(path, &st) == -1)
		return 0;
	if (S_ISREG(st.st_mode)) {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd == -1 && errno == ENOENT)
			return 0;
		if (fd == -1) {
			log_warn("-pidfile %s", path);
			return -1;
		}
		good = pid_file_is_of_number(fd);
		close(fd);
	}
	if (good)
		return 0;
	log_warnx("-pidfile %s: there is something that is no file of a "
		  "process's number",
	    path);
	return -1;
}

static bool
pid_file_is_of_number(int fd)
{
	char text[PID_FILE_BYTES_MAX + 1];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n == -1 || n == PID_FILE_BYTES_MAX)
		return false;
	text[n] = '\0';
	return strspn(text, "0123456789\n") == (size_t)n;
}
