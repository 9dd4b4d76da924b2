#include "foundation/writable.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>

static bool writable_is_character_device(int);

/*
 * A terminal that is gone fails with EIO, and so does a disk with an error. An
 * error that is not known counts as passing: then text is kept, and dropped
 * only if there is no room.
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

/* isatty(3) would return false for a terminal that is gone. */
static bool
writable_is_character_device(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode);
}
