/*
 * The listening socket: TCP over IPv4 or IPv6, or a UNIX stream socket.
 */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>

struct config;
struct sockaddr;

struct listener {
	int fd; /* non-blocking, close on exec */
	const char *unix_path; /* to be unlinked at the end; NULL: none */
};

/*
 * Resolve, bind and listen as the configuration says. Returns 0, or -1 with
 * one line that names the address. A failed bind leaves an existing UNIX path
 * alone.
 */
int listener_open(struct listener *, const struct config *);
/*
 * The line that says where, without its newline: "ACCEPT 127.0.0.1:40123",
 * "ACCEPT [::]:40123", "ACCEPT localhost:/tmp/u".
 */
void listener_describe(const struct listener *, char *line, int size);
/*
 * Stop listening for all processes at once: shutdown(2), since inherited
 * copies of the descriptor would go on accepting after a close.
 */
void listener_stop(struct listener *);
/* Close and unlink the UNIX path. */
void listener_close(struct listener *);

#endif
