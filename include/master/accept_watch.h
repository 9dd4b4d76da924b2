/*
 * The master watches the listener. If the turn to accept was handed to a worker
 * that is stopped or dead, connections would wait although other workers are
 * idle: the watch sees that and wakes another worker. It looks only every few
 * milliseconds, so it costs next to nothing under load.
 */
#ifndef ACCEPT_WATCH_H
#define ACCEPT_WATCH_H

#include <stdint.h>

#include "master/sources.h"

struct accept_turn;

struct accept_watch {
	struct accept_turn *turn;
	int listener_fd;
	int64_t due_ms; /* when to look again; 0: poll(2) tells */
	uint64_t
	    count; /* of connections accepted when one was first seen waiting */
};

void accept_watch_init(struct accept_watch *, struct accept_turn *, int fd);

/* Its self is the watch. */
extern const struct source accept_watch_source;

#endif
