#include "master/owned_path.h"

#include <sys/stat.h>

#include <unistd.h>

bool
owned_path_note(struct owned_path *owned, const char *path)
{
	struct stat st;

	*owned = (struct owned_path){ .path = path };
	if (lstat(path, &st) == -1)
		return false;
	owned->device = st.st_dev;
	owned->inode = st.st_ino;
	return true;
}

void
owned_path_remove(const struct owned_path *owned)
{
	struct stat st;

	if (owned->path != NULL && lstat(owned->path, &st) == 0 &&
	    st.st_dev == owned->device && st.st_ino == owned->inode)
		unlink(owned->path);
}
