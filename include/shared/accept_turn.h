/*
 * Whose turn it is to accept. The kernel alone gives nearly all clients that
 * come one after another to a single worker, so whoever is woken by the
 * listener hands the turn to the next idle worker in ring order after the one
 * that accepted last, through that worker's eventfd, and accepts itself only
 * if it is its own turn or nobody else is idle. Who accepted last never does
 * so again while another could: two neighbours meet different workers.
 *
 * A turn that was handed over and not taken (its worker was stopped or killed)
 * is found by the master, which watches the listener while connections
 * wait: accept_turn_rescue().
 */
#ifndef ACCEPT_TURN_H
#define ACCEPT_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCEPT_TURN_RESCUE_MS 10
/* That each slot takes. */
#define ACCEPT_TURN_DESCRIPTORS 1

enum accept_state {
	ACCEPT_ABSENT, /* no process has this slot, or it accepts no more */
	ACCEPT_BUSY, /* not waiting for events */
	ACCEPT_IDLE, /* waiting for events, will come at once */
	ACCEPT_PAUSED, /* out of descriptors */
	ACCEPT_SUSPECT, /* did not take its turn; says itself when it is back */
};

struct accept_turn; /* in shared memory */

size_t accept_turn_size(unsigned slots);
/* Makes an eventfd a slot, which all workers inherit. NULL: reported. */
struct accept_turn *accept_turn_init(void *memory, unsigned slots);
void accept_turn_close(struct accept_turn *);
/* The descriptor by which this slot is told that it is its turn. */
int accept_turn_fd(const struct accept_turn *, unsigned slot);

void
accept_turn_set_state(struct accept_turn *, unsigned slot, enum accept_state);
/* Who shall accept now: self counts as idle, unless it accepted last. */
unsigned accept_turn_next(const struct accept_turn *, unsigned self);
/* Tell that worker. */
void accept_turn_hand(struct accept_turn *, unsigned slot);
/* Wake that worker for another reason: it finds out what there is. */
void accept_turn_wake(struct accept_turn *, unsigned slot);
/* self was told that it is its turn, and nobody has been told or come since. */
bool accept_turn_is_of(const struct accept_turn *, unsigned self);
/* self has accepted a connection. */
void accept_turn_took(struct accept_turn *, unsigned self);
/* Connections accepted so far, by all workers: to see progress. */
uint64_t accept_turn_count(const struct accept_turn *);
/*
 * The master has seen a connection wait for ACCEPT_TURN_RESCUE_MS without
 * any progress: suspect whoever had the turn and wake another. False: there
 * is nobody to wake.
 */
bool accept_turn_rescue(struct accept_turn *);

#endif
