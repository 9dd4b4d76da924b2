/*
 * One client of the control socket: the bytes that come from it, by lines, and
 * those that go to it. Nothing here blocks.
 */
#ifndef CONTROL_CLIENT_H
#define CONTROL_CLIENT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "foundation/textbuf.h"
#include "master/control_line.h"

/* Who does not read its answer for so long is dropped. */
#define CONTROL_PATIENCE_MS 5000

struct control_client {
	int fd; /* -1: there is no client */
	bool ended; /* it says no more */
	bool last; /* it is closed when it has the answer */
	char line[CONTROL_LINE_MAX + 1]; /* what has come, with newlines */
	size_t size;
	struct textbuf answer; /* what is left of it */
	int64_t patience_ms; /* when the client is dropped; 0: never */
};

/* The descriptor is the client's from now on. */
void control_client_open(struct control_client *, int fd);
void control_client_close(struct control_client *);

/*
 * What to poll for; answering: a command is being carried out, and the end of
 * the client is waited for only.
 */
struct pollfd
control_client_pollfd(const struct control_client *, bool answering);
/* Something happened there: read and write. The client may be closed then. */
void control_client_hear(struct control_client *, short events);
/*
 * Returns the length of the next line without its newline, or -1 if there is
 * none. The line is at client->line until control_client_next. A line that is
 * too long, or has no end, is answered, and is the client's last.
 */
ssize_t control_client_line(struct control_client *);
void control_client_next(struct control_client *, size_t size);
/* The answer is complete: write it. The client may be closed then. */
void control_client_answer(struct control_client *);
/* Close a client that has not read for too long, or that has all. */
void control_client_act(struct control_client *, int64_t now_ms);

#endif
