#include "foundation/file_limit.h"

#include <sys/stat.h>

#include <stddef.h>
#include <stdint.h>

#include "foundation/log.h"

int
file_limit_check(const char *path)
{
	struct stat st;

	if (path == NULL || stat(path, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size <= FILE_LIMIT_BYTES)
		return 0;
	log_warnx("%s: %jd bytes, and a file may have %d", path,
	    (intmax_t)st.st_size, FILE_LIMIT_BYTES);
	return -1;
}
