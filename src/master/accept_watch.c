#include "master/accept_watch.h"
#include "foundation/monotime.h"
#include "shared/accept_turn.h"

static void accept_watch_prepare(const void *, struct pollset *, int64_t);
static void accept_watch_dispatch(void *, unsigned, short);
static int64_t accept_watch_due_ms(const void *, int64_t);
static void accept_watch_act(void *, int64_t);

const struct source accept_watch_source = {
	accept_watch_prepare,
	accept_watch_dispatch,
	accept_watch_due_ms,
	accept_watch_act,
};

void
accept_watch_init(struct accept_watch *watch, struct accept_turn *turn, int fd)
{
	watch->turn = turn;
	watch->listener_fd = fd;
	watch->due_ms = 0;
	watch->count = 0;
}

static void
accept_watch_prepare(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct accept_watch *watch = self;
	int fd = watch->due_ms == 0 ? watch->listener_fd : -1;

	(void)now_ms;
	pollset_add(set, (struct pollfd){ .fd = fd, .events = POLLIN }, 0);
}

/* A connection waits. */
static void
accept_watch_dispatch(void *self, unsigned key, short events)
{
	struct accept_watch *watch = self;

	(void)key, (void)events;
	watch->count = accept_turn_count(watch->turn);
	watch->due_ms = monotime_ms() + ACCEPT_TURN_RESCUE_MS;
}

static int64_t
accept_watch_due_ms(const void *self, int64_t now_ms)
{
	const struct accept_watch *watch = self;

	(void)now_ms;
	return watch->due_ms;
}

/* If it is time: wake another worker if nobody has accepted since. */
static void
accept_watch_act(void *self, int64_t now_ms)
{
	struct accept_watch *watch = self;
	struct pollfd pollfd = { .fd = watch->listener_fd, .events = POLLIN };

	if (watch->due_ms == 0 || now_ms < watch->due_ms)
		return;
	watch->due_ms = 0;
	if (poll(&pollfd, 1, 0) != 1)
		return;
	if (accept_turn_count(watch->turn) == watch->count)
		accept_turn_rescue(watch->turn);
	accept_watch_dispatch(watch, 0, POLLIN);
}
