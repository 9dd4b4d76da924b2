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
	free(set->names);
	pollset_init(set);
}

void
pollset_clear(struct pollset *set)
{
	set->count = 0;
}

void
pollset_set_owner(struct pollset *set, size_t owner)
{
	set->owner = owner;
}

void
pollset_add(struct pollset *set, struct pollfd pollfd, unsigned key)
{
	if (pollfd.fd == -1)
		return;
	if (set->count == set->capacity)
		pollset_grow(set);
	pollfd.revents = 0;
	set->pollfds[set->count] = pollfd;
	set->names[set->count].owner = set->owner;
	set->names[set->count].key = key;
	set->count++;
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

bool
pollset_next(const struct pollset *set, size_t *at, struct pollset_event *event)
{
	for (; *at < set->count; (*at)++)
		if (set->pollfds[*at].revents != 0) {
			*event = set->names[*at];
			event->events = set->pollfds[*at].revents;
			(*at)++;
			return true;
		}
	return false;
}

static void
pollset_grow(struct pollset *set)
{
	size_t capacity =
	    set->capacity == 0 ? POLLSET_FIRST : 2 * set->capacity;

	set->pollfds =
	    reallocarray(set->pollfds, capacity, sizeof(*set->pollfds));
	set->names = reallocarray(set->names, capacity, sizeof(*set->names));
	if (set->pollfds == NULL || set->names == NULL)
		fatalx("out of memory");
	set->capacity = capacity;
}
