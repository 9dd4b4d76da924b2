/*
 * A handshake that waits for something outside: an engine or the fetcher. The
 * waiter has a deadline, wakes the handshake now and then to look, and does so
 * by a task of the loop that it was given. So this module does not need to know
 * what waits.
 */
#ifndef WAITER_H
#define WAITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"

struct waiter {
	struct loop *loop;
	struct loop_task *wake; /* the loop runs it to go on */
	struct loop_timer timer;
	bool waits; /* until the timer or waiter_wake */
	int64_t until_ms; /* monotime_ms(): the deadline; 0: none */
};

void waiter_init(struct waiter *, struct loop *, struct loop_task *wake);
/* Wait until waiter_wake is called. */
void waiter_begin(struct waiter *);
/* The same, but wake in so many milliseconds at the latest. */
void waiter_look_in(struct waiter *, int64_t delay_ms);
/* End the wait: run the task in the next turn of the loop. */
void waiter_wake(struct waiter *);
void waiter_stop(struct waiter *);
/* Returns true if the deadline is over. */
bool waiter_is_late(const struct waiter *);

#endif
