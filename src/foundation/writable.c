#include "foundation/writable.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>

static bool writable_is_character_device(int);

/*
 * A terminal that is gone says EIO, and so does a disk that is in trouble. What
 * is not known passes: then text is kept, and dropped only if it must be.
 */
enum writable_verdict
writable_judge(int fd, int error)
{
	switch (error) {
	case EAGAIN:
		return WRITABLE_LATER;
	case EPIPE:
	case EBADF:
	case ECONNRESET:
	case ENXIO:
		return WRITABLE_FINAL;
	case EIO:
		return writable_is_character_device(fd) ? WRITABLE_FINAL
							: WRITABLE_PASSING;
	default:
		return WRITABLE_PASSING;
	}
}

/* isatty(3) denies that a terminal that is gone is one. */
static bool
writable_is_character_device(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode);
}
