/*
 * The path of a UNIX socket that this server has bound. By the time that the
 * server ends, another one may have bound its own socket there.
 */
#ifndef OWNED_PATH_H
#define OWNED_PATH_H

#include <sys/types.h>

#include <stdbool.h>

/* All zero: there is none. */
struct owned_path {
	const char *path; /* not owned; NULL: none */
	dev_t device; /* of what has this path, if that is our socket */
	ino_t inode; /* likewise; 0: nothing had it */
};

/*
 * The socket has just been bound there. Returns false with errno set if nothing
 * has the path: then there is nothing to remove.
 */
bool owned_path_note(struct owned_path *, const char *path);
/*
 * Remove the path, unless something else has it by now. To be called while the
 * socket is open: then no other socket has its inode number.
 */
void owned_path_remove(const struct owned_path *);

#endif
