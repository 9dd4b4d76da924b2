#include "master/accept_watch.h"
#include "foundation/monotime.h"
#include "shared/accept_turn.h"

void
accept_watch_init(struct accept_watch *watch, struct accept_turn *turn, int fd)
{
	watch->turn = turn;
	watch->listener_fd = fd;
	watch->due_ms = 0;
	watch->count = 0;
}

struct pollfd
accept_watch_pollfd(const struct accept_watch *watch)
{
	int fd = watch->due_ms == 0 ? watch->listener_fd : -1;

	return (struct pollfd){ .fd = fd, .events = POLLIN };
}

void
accept_watch_seen(struct accept_watch *watch)
{
	watch->count = accept_turn_count(watch->turn);
	watch->due_ms = monotime_ms() + ACCEPT_TURN_RESCUE_MS;
}

void
accept_watch_run(struct accept_watch *watch)
{
	struct pollfd pollfd = { .fd = watch->listener_fd, .events = POLLIN };

	if (watch->due_ms == 0 || monotime_ms() < watch->due_ms)
		return;
	watch->due_ms = 0;
	if (poll(&pollfd, 1, 0) != 1)
		return;
	if (accept_turn_count(watch->turn) == watch->count)
		accept_turn_rescue(watch->turn);
	accept_watch_seen(watch);
}
