/*
 * The master's eye on the listener. A turn to accept that was handed to a
 * worker which is stopped or dead is nobody's any more: connections would wait
 * in spite of idle workers. Under load this costs next to nothing, since it
 * looks only every few milliseconds.
 */
#ifndef ACCEPT_WATCH_H
#define ACCEPT_WATCH_H

#include <stdint.h>

#include "master/sources.h"

struct accept_turn;

struct accept_watch {
	struct accept_turn *turn;
	int listener_fd;
	int64_t due_ms; /* when to look again; 0: the listener is polled */
	uint64_t count; /* accepted when it was first seen waiting */
};

void accept_watch_init(struct accept_watch *, struct accept_turn *, int fd);

/* Its self is the watch. */
extern const struct source accept_watch_source;

#endif
