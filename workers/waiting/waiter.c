#include "waiting/waiter.h"
#include "foundation/monotime.h"

static void waiter_on_timer(void *);

void
waiter_init(struct waiter *waiter, struct loop *loop, struct loop_task *wake)
{
	*waiter = (struct waiter){ .loop = loop, .wake = wake };
	waiter->timer.run = waiter_on_timer;
	waiter->timer.arg = waiter;
}

void
waiter_begin(struct waiter *waiter)
{
	waiter->waits = true;
}

void
waiter_wake(struct waiter *waiter)
{
	waiter->waits = false;
	loop_defer(waiter->loop, waiter->wake);
}

void
waiter_look_in(struct waiter *waiter, int64_t delay_ms)
{
	waiter_begin(waiter);
	loop_timer_set(waiter->loop, &waiter->timer, delay_ms);
}

void
waiter_stop(struct waiter *waiter)
{
	waiter->waits = false;
	loop_timer_stop(waiter->loop, &waiter->timer);
}

bool
waiter_is_late(const struct waiter *waiter)
{
	return waiter->until_ms != 0 && monotime_ms() >= waiter->until_ms;
}

static void
waiter_on_timer(void *arg)
{
	waiter_wake(arg);
}
