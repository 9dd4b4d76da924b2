/*
 * Sockets whose connections are over, and whose peers have some time to go.
 *
 * A close that leaves unread data, such as the peer's close_notify, may send a
 * reset, and a reset can cost the peer the end of our data. So what the peer
 * still says is read and dropped until the peer has ended. The peers are looked
 * at together: first after a few milliseconds, then less and less often. So
 * nobody is woken for a peer that just goes, and one that stays costs little.
 */
#ifndef FAREWELL_H
#define FAREWELL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/loop.h"

/* After so long a silence the peer counts as gone, as in the stock program. */
#define FAREWELL_SILENCE_MS 500
/* The same while the server quits. */
#define FAREWELL_QUIT_MS 200
/* The longest time, however much the peer still says. */
#define FAREWELL_TOTAL_MS 10000

#define FAREWELL_LOOKS 5 /* at a peer that is silent */

struct farewell_peer;
struct services;
TAILQ_HEAD(farewell_queue, farewell_peer);

struct farewell {
	const struct services *services;
	/* The peers that wait for each look, in the order of their times. */
	struct farewell_queue waiting[FAREWELL_LOOKS];
	struct loop_timer timer;
	void (*closed)(void *arg); /* called when descriptors were closed */
	void *arg;
};

void farewell_init(struct farewell *, const struct services *,
    void (*closed)(void *arg), void *arg);
/*
 * Take over a stream socket that is in no loop, and whose peer was told that no
 * more is sent.
 */
void farewell_take(struct farewell *, int fd);
/* The server quits: peers get less time. */
void farewell_hurry(struct farewell *);
/* Returns true if there are no sockets. */
bool farewell_is_over(const struct farewell *);

#endif
