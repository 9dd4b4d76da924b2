/*
 * A handshake that waits for something outside: an engine, the fetcher, later
 * a store on another host. The waiter has a deadline, looks now and then, and
 * wakes the handshake by a task of the loop, which it was given: so nothing
 * here knows what waits.
 */
#ifndef WAITER_H
#define WAITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"

struct waiter {
	struct loop *loop;
	struct loop_task *wake; /* run by the loop to go on */
	struct loop_timer timer;
	bool waits; /* until the timer or somebody else wakes it */
	int64_t until_ms; /* monotime_ms(): the deadline; 0: none */
};

void waiter_init(struct waiter *, struct loop *, struct loop_task *wake);
/* Wait until waiter_wake is called. */
void waiter_begin(struct waiter *);
/* The same, but look in so many milliseconds at the latest. */
void waiter_look_in(struct waiter *, int64_t delay_ms);
/* Go on in the next turn of the loop. */
void waiter_wake(struct waiter *);
void waiter_stop(struct waiter *);
/* The deadline is over. */
bool waiter_is_late(const struct waiter *);

#endif
