/*
 * The worker's side of accepting: whose turn it is (accept_turn.h), whether
 * -naccept still allows it (accept_quota.h), and what to do when descriptors
 * have run out.
 */
#ifndef ACCEPTOR_H
#define ACCEPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "accept/arrival.h"
#include "base/loop.h"

struct dtls_acceptor;
struct services;

enum acceptor_state {
	ACCEPTOR_WAITING, /* for the master's word */
	ACCEPTOR_OPEN,
	ACCEPTOR_PAUSED, /* out of descriptors, or of room for text */
	ACCEPTOR_STOPPED,
};

struct acceptor {
	const struct services *services;
	const struct accept_calls *calls;
	void *arg; /* of the calls */
	enum acceptor_state state;
	struct loop_event listener; /* a connection came */
	struct loop_event turn; /* another worker says it is our turn */
	struct loop_task again; /* more of them wait */
	struct loop_timer retry; /* out of descriptors */
	struct dtls_acceptor *dtls; /* DTLS; owned; NULL: streams */
	int64_t warned_ms; /* of it, last; 0: never */
};

/* Nobody is accepted yet. Returns 0, or -1 (reported). */
int acceptor_open(struct acceptor *, const struct services *,
    const struct accept_calls *, void *arg);
/* The master's word is here. Returns 0, or -1 (reported). */
int acceptor_begin(struct acceptor *);
/* No more connections, for good. */
void acceptor_stop(struct acceptor *);
/* Around each wait of the loop, so that others know who will come at once. */
void acceptor_will_wait(struct acceptor *);
void acceptor_has_waited(struct acceptor *);
/* A connection was closed: there may be a descriptor again. */
void acceptor_resume(struct acceptor *);

#endif
