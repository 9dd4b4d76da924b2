/*
 * The event loop of a worker: descriptors by epoll(7), timers, and tasks that
 * are put off until the next turn. It knows nothing of connections.
 *
 * The loop owns nothing. Events, timers and tasks are fields of the objects
 * that they belong to, which must remove them before they are freed.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/queue.h>
#include <sys/tree.h>

#define LOOP_BATCH 64 /* events taken from the kernel at once */

struct loop_event {
	void (*run)(void *arg, uint32_t events); /* EPOLLIN and so on */
	void *arg;
	int fd; /* -1: not registered */
};

struct loop_timer {
	RB_ENTRY(loop_timer) entry;
	void (*run)(void *arg);
	void *arg;
	int64_t at_ms; /* monotime_ms(); 0: not set */
};
RB_HEAD(loop_timers, loop_timer);

struct loop_task {
	TAILQ_ENTRY(loop_task) entry;
	void (*run)(void *arg);
	void *arg;
	bool queued;
};
TAILQ_HEAD(loop_tasks, loop_task);

struct loop {
	int fd; /* epoll */
	int64_t now_ms; /* as of the last loop_wait */
	struct loop_timers timers;
	struct loop_tasks tasks;
	struct loop_task marker; /* in the list while tasks run */
	struct epoll_event batch[LOOP_BATCH];
	int count; /* events in batch */
};

/* Returns 0, or -1 (reported). */
int loop_open(struct loop *);

/* Returns 0, or -1 (reported). */
int loop_add(struct loop *, struct loop_event *, int fd, uint32_t events);
void loop_modify(struct loop *, struct loop_event *, uint32_t events);
/* Call loop_modify if *events is not what is wanted, and update *events. */
void loop_watch(
    struct loop *, struct loop_event *, uint32_t *events, uint32_t wanted);
/* Also drops events of this descriptor that were not dispatched yet. */
void loop_remove(struct loop *, struct loop_event *);
/* The same, for a descriptor that is closed next and open nowhere else. */
void loop_forget(struct loop *, struct loop_event *);

/* Run the timer once, in so many milliseconds. Replaces an earlier setting. */
void loop_timer_set(struct loop *, struct loop_timer *, int64_t delay_ms);
void loop_timer_stop(struct loop *, struct loop_timer *);

/* Run the task in the next turn, after the events of descriptors. */
void loop_defer(struct loop *, struct loop_task *);
void loop_task_stop(struct loop *, struct loop_task *);

/* Wait until something happens; loop_dispatch then handles it. */
void loop_wait(struct loop *);
void loop_dispatch(struct loop *);

#endif
