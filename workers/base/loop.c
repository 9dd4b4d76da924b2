#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "base/loop.h"
#include "foundation/log.h"
#include "foundation/monotime.h"

static int loop_timeout(struct loop *);
static void loop_run_timers(struct loop *);
static void loop_run_tasks(struct loop *);
static int loop_timer_compare(struct loop_timer *, struct loop_timer *);

/* RB_GENERATE_STATIC needs a macro that libbsd leaves out on Linux. */
RB_GENERATE_INTERNAL(loop_timers, loop_timer, entry, loop_timer_compare,
    __attribute__((unused)) static)

int
loop_open(struct loop *loop)
{
	memset(loop, 0, sizeof(*loop));
	RB_INIT(&loop->timers);
	TAILQ_INIT(&loop->tasks);
	loop->now_ms = monotime_ms();
	if ((loop->fd = epoll_create1(EPOLL_CLOEXEC)) == -1) {
		log_warn("cannot make an event loop");
		return -1;
	}
	return 0;
}

int
loop_add(struct loop *loop, struct loop_event *event, int fd, uint32_t events)
{
	struct epoll_event registered = { .events = events, .data.ptr = event };

	event->fd = fd;
	if (epoll_ctl(loop->fd, EPOLL_CTL_ADD, fd, &registered) == -1) {
		log_warn("cannot watch descriptor %d", fd);
		event->fd = -1;
		return -1;
	}
	return 0;
}

void
loop_modify(struct loop *loop, struct loop_event *event, uint32_t events)
{
	struct epoll_event registered = { .events = events, .data.ptr = event };

	if (epoll_ctl(loop->fd, EPOLL_CTL_MOD, event->fd, &registered) == -1)
		log_warn("cannot watch descriptor %d", event->fd);
}

void
loop_watch(struct loop *loop, struct loop_event *event, uint32_t *events,
    uint32_t wanted)
{
	if (*events == wanted)
		return;
	*events = wanted;
	loop_modify(loop, event, wanted);
}

void
loop_remove(struct loop *loop, struct loop_event *event)
{
	if (event->fd == -1)
		return;
	epoll_ctl(loop->fd, EPOLL_CTL_DEL, event->fd, NULL);
	loop_forget(loop, event);
}

void
loop_forget(struct loop *loop, struct loop_event *event)
{
	int i;

	event->fd = -1;
	for (i = 0; i < loop->count; i++)
		if (loop->batch[i].data.ptr == event)
			loop->batch[i].data.ptr = NULL;
}

void
loop_timer_set(struct loop *loop, struct loop_timer *timer, int64_t delay_ms)
{
	loop_timer_stop(loop, timer);
	timer->at_ms = monotime_ms() + delay_ms;
	RB_INSERT(loop_timers, &loop->timers, timer);
}

void
loop_timer_stop(struct loop *loop, struct loop_timer *timer)
{
	if (timer->at_ms == 0)
		return;
	RB_REMOVE(loop_timers, &loop->timers, timer);
	timer->at_ms = 0;
}

void
loop_defer(struct loop *loop, struct loop_task *task)
{
	if (task->queued)
		return;
	task->queued = true;
	TAILQ_INSERT_TAIL(&loop->tasks, task, entry);
}

void
loop_task_stop(struct loop *loop, struct loop_task *task)
{
	if (!task->queued)
		return;
	task->queued = false;
	TAILQ_REMOVE(&loop->tasks, task, entry);
}

void
loop_wait(struct loop *loop)
{
	loop->count =
	    epoll_wait(loop->fd, loop->batch, LOOP_BATCH, loop_timeout(loop));
	if (loop->count == -1 && errno != EINTR)
		fatal("epoll_wait");
	loop->now_ms = monotime_ms();
}

void
loop_dispatch(struct loop *loop)
{
	struct loop_event *event;
	int i;

	for (i = 0; i < loop->count; i++)
		if ((event = loop->batch[i].data.ptr) != NULL)
			event->run(event->arg, loop->batch[i].events);
	loop->count = 0;
	loop_run_timers(loop);
	loop_run_tasks(loop);
}

static int
loop_timeout(struct loop *loop)
{
	struct loop_timer *first = RB_MIN(loop_timers, &loop->timers);
	int64_t left_ms;

	if (!TAILQ_EMPTY(&loop->tasks))
		return 0;
	if (first == NULL)
		return -1;
	left_ms = first->at_ms - monotime_ms();
	if (left_ms > INT_MAX)
		return INT_MAX;
	return left_ms < 0 ? 0 : (int)left_ms;
}

static void
loop_run_timers(struct loop *loop)
{
	struct loop_timer *timer;

	while ((timer = RB_MIN(loop_timers, &loop->timers)) != NULL &&
	    timer->at_ms <= loop->now_ms) {
		loop_timer_stop(loop, timer);
		timer->run(timer->arg);
	}
}

/*
 * Run only tasks that were put off before this call. A task that puts itself
 * off again runs after the next wait for events. The marker is the place to
 * stop.
 */
static void
loop_run_tasks(struct loop *loop)
{
	struct loop_task *marker = &loop->marker, *task;

	TAILQ_INSERT_TAIL(&loop->tasks, marker, entry);
	while ((task = TAILQ_FIRST(&loop->tasks)) != marker) {
		loop_task_stop(loop, task);
		task->run(task->arg);
	}
	TAILQ_REMOVE(&loop->tasks, marker, entry);
}

static int
loop_timer_compare(struct loop_timer *a, struct loop_timer *b)
{
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	if (a != b)
		return (uintptr_t)a < (uintptr_t)b ? -1 : 1;
	return 0;
}
