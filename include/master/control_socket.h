/*
 * The UNIX socket of -control: only its owner may connect, from its first
 * moment on.
 */
#ifndef CONTROL_SOCKET_H
#define CONTROL_SOCKET_H

#include "master/owned_path.h"

struct control_socket {
	int fd; /* non-blocking, close on exec; -1: there is none */
	struct owned_path path;
};

/*
 * Listen at this path; NULL: nowhere. The socket of a server that is gone is
 * replaced. Returns 0, or -1 (reported).
 */
int control_socket_open(struct control_socket *, const char *path);
/* Close, and remove the path unless it is another server's by now. */
void control_socket_close(struct control_socket *);
/*
 * Take a client, non-blocking. Returns its descriptor, or -1 with errno;
 * EACCES: it is of another user, and was told so.
 */
int control_socket_accept(const struct control_socket *);

#endif
