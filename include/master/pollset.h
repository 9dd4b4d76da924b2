/*
 * What one poll(2) waits for. The set is made anew for each wait and holds
 * only descriptors that there are: poll(2) refuses an array that is longer
 * than the limit of descriptors, even if most of its places are empty.
 *
 * Whoever adds a descriptor keeps its place and asks there what happened. A
 * place is good until the set is cleared.
 */
#ifndef POLLSET_H
#define POLLSET_H

#include <poll.h>
#include <stddef.h>

/* The place of a descriptor that there is not: nothing happens there. */
#define POLLSET_NOWHERE ((size_t)-1)

struct pollset {
	struct pollfd *pollfds; /* owned */
	size_t count;
	size_t capacity;
};

void pollset_init(struct pollset *);
void pollset_close(struct pollset *);
void pollset_clear(struct pollset *);
/* Returns its place; fd -1: POLLSET_NOWHERE. */
size_t pollset_add(struct pollset *, struct pollfd);
/*
 * Wait so long at most; -1: for ever. A signal may end the wait early. An error
 * is fatal: whoever cannot wait would spin.
 */
void pollset_wait(struct pollset *, int timeout_ms);
/* The events of the last wait. */
short pollset_events(const struct pollset *, size_t place);

#endif
