#include <sys/resource.h>

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/descriptors.h"
#include "foundation/log.h"

static unsigned descriptors_open(void);

void
descriptors_fill_standard(bool closed[DESCRIPTORS_STANDARD])
{
	int fd;

	/* A new descriptor gets the lowest number that is free. */
	for (fd = 0; fd < DESCRIPTORS_STANDARD; fd++) {
		closed[fd] = fcntl(fd, F_GETFD) == -1;
		if (closed[fd] && open("/dev/null", O_RDWR) == -1)
			fatal("cannot open /dev/null");
	}
}

void
descriptors_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == -1)
		log_warn("cannot raise the limit of descriptors");
}

int
descriptors_check(unsigned more, const char *what)
{
	uintmax_t needed = (uintmax_t)descriptors_open() + more;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur == RLIM_INFINITY || needed <= limit.rlim_cur)
		return 0;
	log_warnx("%s: %ju descriptors are needed, the limit is %ju: see "
		  "ulimit -n",
	    what, needed, (uintmax_t)limit.rlim_cur);
	return -1;
}

/* Returns 0 if /proc does not tell: then only the limit counts. */
static unsigned
descriptors_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	if (folder == NULL)
		return 0;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	/* Not the descriptor of the folder itself, nor "." and "..". */
	return count > 3 ? count - 3 : 0;
}
