/*
 * What one poll(2) waits for. The set is made anew for each wait and holds
 * only descriptors that there are: poll(2) refuses an array that is longer
 * than the limit of descriptors, even if most of its places are empty.
 *
 * Each descriptor has the number of the owner that was set last, and a key of
 * the owner's own; by those the owner hears of it.
 */
#ifndef POLLSET_H
#define POLLSET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* What happened at one descriptor. */
struct pollset_event {
	size_t owner;
	unsigned key;
	short events; /* of poll(2); not 0 */
};

struct pollset {
	struct pollfd *pollfds; /* owned */
	struct pollset_event *names; /* of each pollfd; owned */
	size_t count;
	size_t capacity;
	size_t owner; /* of what is added now */
};

void pollset_init(struct pollset *);
void pollset_close(struct pollset *);
void pollset_clear(struct pollset *);
void pollset_set_owner(struct pollset *, size_t owner);
/* Does nothing with fd -1. */
void pollset_add(struct pollset *, struct pollfd, unsigned key);
/*
 * Wait so long at most; -1: for ever. A signal may end the wait early. An error
 * is fatal: whoever cannot wait would spin.
 */
void pollset_wait(struct pollset *, int timeout_ms);
/*
 * The next event of the last wait, in the order of adding; *at is 0 at first.
 * False: there is no other.
 */
bool pollset_next(const struct pollset *, size_t *at, struct pollset_event *);

#endif
