/*
 * Tells which worker accepts the next connection. The kernel alone gives nearly
 * all clients that come one after another to a single worker. So a worker that
 * is woken by the listener hands the turn to the next idle worker, in ring
 * order after the one that accepted last, through the eventfd of that worker.
 * It accepts the connection itself only if it is its own turn or if no other
 * worker is idle. The worker that accepted last does not accept again while
 * another one can, so two clients that come one after the other meet different
 * workers.
 *
 * A worker that was handed the turn may be stopped or killed before it accepts.
 * The master finds out, because it watches the listener while connections wait:
 * accept_turn_rescue().
 */
#ifndef ACCEPT_TURN_H
#define ACCEPT_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCEPT_TURN_RESCUE_MS 10
/* The descriptors that each slot takes. */
#define ACCEPT_TURN_DESCRIPTORS 1

enum accept_state {
	ACCEPT_ABSENT, /* no process has this slot, or it accepts no more */
	ACCEPT_BUSY, /* at work, not waiting for events */
	ACCEPT_IDLE, /* waiting for events, so that it will come at once */
	ACCEPT_PAUSED, /* out of descriptors */
	ACCEPT_SUSPECT, /* did not take its turn; changes this when it runs */
};

struct accept_turn; /* in shared memory */

size_t accept_turn_size(unsigned slots);
/*
 * Make an eventfd for each slot, which all workers inherit. Returns NULL if
 * that is not possible (reported).
 */
struct accept_turn *accept_turn_init(void *memory, unsigned slots);
void accept_turn_close(struct accept_turn *);
/* Returns the eventfd of this slot: it is readable when the slot is told. */
int accept_turn_fd(const struct accept_turn *, unsigned slot);

void
accept_turn_set_state(struct accept_turn *, unsigned slot, enum accept_state);
/*
 * Returns the slot that is to accept now. self counts as idle, unless it
 * accepted last.
 */
unsigned accept_turn_next(const struct accept_turn *, unsigned self);
/* Tell that worker that it is its turn. */
void accept_turn_hand(struct accept_turn *, unsigned slot);
/* Wake that worker for another reason, which it has to find out itself. */
void accept_turn_wake(struct accept_turn *, unsigned slot);
/*
 * Returns true if self was told that it is its turn, and since then no other
 * worker was told or has accepted.
 */
bool accept_turn_is_of(const struct accept_turn *, unsigned self);
/*
 * The end of listening on a socket that other programs have, too: from now on
 * no worker accepts. Called by the master.
 */
void accept_turn_end(struct accept_turn *);
bool accept_turn_has_ended(const struct accept_turn *);
/*
 * self has accepted a connection. Returns its number: all workers together
 * count 1, 2, 3, ...
 */
uint64_t accept_turn_took(struct accept_turn *, unsigned self);
/* Returns how many connections all workers together have accepted so far. */
uint64_t accept_turn_count(const struct accept_turn *);
/*
 * Called by the master when a connection has waited for ACCEPT_TURN_RESCUE_MS
 * and no worker has accepted: mark the worker that has the turn as suspect, and
 * wake another one. Returns false if there is no worker to wake.
 */
bool accept_turn_rescue(struct accept_turn *);

#endif
