#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/log.h"
#include "master/pollset.h"

#define POLLSET_FIRST 16 /* places at first */

static void pollset_grow(struct pollset *);

void
pollset_init(struct pollset *set)
{
	memset(set, 0, sizeof(*set));
}

void
pollset_close(struct pollset *set)
{
	free(set->pollfds);
	pollset_init(set);
}

void
pollset_clear(struct pollset *set)
{
	set->count = 0;
}

size_t
pollset_add(struct pollset *set, struct pollfd pollfd)
{
	if (pollfd.fd == -1)
		return POLLSET_NOWHERE;
	if (set->count == set->capacity)
		pollset_grow(set);
	pollfd.revents = 0;
	set->pollfds[set->count] = pollfd;
	return set->count++;
}

void
pollset_wait(struct pollset *set, int timeout_ms)
{
	size_t i;

	if (poll(set->pollfds, set->count, timeout_ms) != -1)
		return;
	if (errno != EINTR)
		fatal("cannot wait for %zu descriptors", set->count);
	for (i = 0; i < set->count; i++)
		set->pollfds[i].revents = 0;
}

short
pollset_events(const struct pollset *set, size_t place)
{
	if (place >= set->count)
		return 0;
	return set->pollfds[place].revents;
}

static void
pollset_grow(struct pollset *set)
{
	size_t capacity =
	    set->capacity == 0 ? POLLSET_FIRST : 2 * set->capacity;

	set->pollfds =
	    reallocarray(set->pollfds, capacity, sizeof(*set->pollfds));
	if (set->pollfds == NULL)
		fatalx("out of memory");
	set->capacity = capacity;
}
