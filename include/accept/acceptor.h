/*
 * How a worker accepts: when it is its turn (accept_turn.h), while -naccept
 * allows another connection (accept_quota.h), and not while descriptors or room
 * for text have run out.
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
	ACCEPTOR_WAITING, /* for the master's message */
	ACCEPTOR_OPEN,
	ACCEPTOR_PAUSED, /* out of descriptors, or of room for text */
	ACCEPTOR_STOPPED,
};

struct acceptor {
	const struct services *services;
	const struct accept_calls *calls;
	void *arg; /* of the calls */
	enum acceptor_state state;
	struct loop_event listener; /* a connection waits */
	struct loop_event turn; /* another worker gave us the turn */
	struct loop_task again; /* more connections wait */
	struct loop_timer retry; /* ends a pause */
	struct dtls_acceptor *dtls; /* DTLS; owned; NULL: streams */
	bool has_local; /* all streams have the same address of ours: */
	struct sockaddr_storage local;
	int64_t warned_ms; /* when a pause was last reported; 0: never */
};

/* Prepare to accept. Returns 0, or -1 (reported). */
int acceptor_open(struct acceptor *, const struct services *,
    const struct accept_calls *, void *arg);
/* The master allows the worker to accept. Returns 0, or -1 (reported). */
int acceptor_begin(struct acceptor *);
/* Accept no more connections, ever. */
void acceptor_stop(struct acceptor *);
/*
 * Must be called around each wait of the loop, so that the other workers know
 * which ones are idle.
 */
void acceptor_will_wait(struct acceptor *);
void acceptor_has_waited(struct acceptor *);
/* A connection was closed: end a pause, since a descriptor may be free. */
void acceptor_resume(struct acceptor *);

#endif
