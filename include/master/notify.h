/*
 * Tells a service manager of the server's state, as sd_notify(3) does: text
 * lines in a datagram to the UNIX socket that NOTIFY_SOCKET names. Never waits:
 * what the manager does not take now is sent later, in order.
 *
 * If the manager wants to be told that the server is alive, it is told by the
 * master's loop, after each half of the time. So a master that hangs is found
 * out. A worker that hangs is not: it keeps only its own connections waiting,
 * and a worker that dies is replaced.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include <stdbool.h>
#include <stdint.h>

#include "foundation/textbuf.h"
#include "master/sources.h"

struct activation;

struct notify {
	int fd; /* -1: nobody wants to be told */
	const char *name; /* the manager's socket */
	struct sockaddr_un address;
	socklen_t address_size;
	struct textbuf waiting; /* messages to send again, each with its NUL */
	int64_t again_ms; /* when; 0: none waits */
	int64_t period_ms; /* between two signs of life; 0: none is wanted */
	int64_t alive_ms; /* when the next one is due */
	bool warned;
};

/* A socket that cannot be told is reported, and is no error. */
void notify_open(struct notify *, const struct activation *);
void notify_close(struct notify *);
/* Lines such as "READY=1", with "\n" between two of them. */
void notify_say(struct notify *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Its self is the struct. */
extern const struct source notify_source;

#endif
