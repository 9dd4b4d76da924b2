/*
 * The master's eye on the listener. A turn to accept that was handed to a
 * worker which is stopped or dead is nobody's any more: connections would wait
 * in spite of idle workers. Under load this costs next to nothing, since it
 * looks only every few milliseconds.
 */
#ifndef ACCEPT_WATCH_H
#define ACCEPT_WATCH_H

#include <poll.h>
#include <stdint.h>

struct accept_turn;

struct accept_watch {
	struct accept_turn *turn;
	int listener_fd;
	int64_t due_ms; /* when to look again; 0: the listener is polled */
	uint64_t count; /* accepted when it was first seen waiting */
};

void accept_watch_init(struct accept_watch *, struct accept_turn *, int fd);
/* What to poll for; fd -1: not now. */
struct pollfd accept_watch_pollfd(const struct accept_watch *);
/* A connection waits. */
void accept_watch_seen(struct accept_watch *);
/* If it is time: wake another worker if nobody has accepted since. */
void accept_watch_run(struct accept_watch *);

#endif
