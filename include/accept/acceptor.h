/*
 * The worker's side of accepting: whose turn it is (accept_turn.h), whether
 * -naccept still allows it (accept_quota.h), and what to do when descriptors
 * have run out.
 */
#ifndef ACCEPTOR_H
#define ACCEPTOR_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "foundation/textbuf.h"
#include "net/record_numbers.h"
#include "tls/dtls_cookie.h"

struct dtls_acceptor;
struct worker;

/* A client that was accepted and is to become a connection. */
struct arrival {
	int fd; /* non-blocking; for DTLS connected to the peer */
	struct sockaddr_storage peer;
	socklen_t peer_size;
	/* DTLS: */
	uint8_t cookie[DTLS_COOKIE_SIZE]; /* it came with */
	uint8_t number[RECORD_NUMBERS_SIZE]; /* of the record with it */
	uint32_t in_pieces; /* bytes of its ClientHello; 0: it came whole */
	struct textbuf in; /* datagrams that it sent so far (datagrams.h) */
};

enum accept_result {
	ACCEPT_TOOK, /* a connection */
	ACCEPT_NOTHING, /* nothing to accept, or nothing left to allow */
	ACCEPT_MORE, /* nothing yet, and enough for this turn */
	ACCEPT_FULL, /* no descriptor, no memory */
};

enum acceptor_state {
	ACCEPTOR_WAITING, /* for the master's word */
	ACCEPTOR_OPEN,
	ACCEPTOR_PAUSED, /* out of descriptors, or of room for text */
	ACCEPTOR_STOPPED,
};

struct acceptor {
	struct worker *worker;
	enum acceptor_state state;
	struct loop_event listener; /* a connection came */
	struct loop_event turn; /* another worker says it is our turn */
	struct loop_task again; /* more of them wait */
	struct loop_timer retry; /* out of descriptors */
	struct dtls_acceptor *dtls; /* DTLS; owned; NULL: streams */
	int64_t warned_ms; /* of it, last; 0: never */
};

/* Nobody is accepted yet. Returns 0, or -1 (reported). */
int acceptor_open(struct acceptor *, struct worker *);
/* The master's word is here. Returns 0, or -1 (reported). */
int acceptor_begin(struct acceptor *);
/* No more connections, for good. */
void acceptor_stop(struct acceptor *);
/* Around each wait of the loop, so that others know who will come at once. */
void acceptor_will_wait(struct acceptor *);
void acceptor_has_waited(struct acceptor *);
/* A connection was closed: there may be a descriptor again. */
void acceptor_resume(struct acceptor *);
/* Tell the shared state of a connection that was accepted by this worker. */
void acceptor_took(struct worker *);
/* Of what may go on for long: not again and again. warned_ms: 0 at first. */
bool acceptor_may_warn(const struct worker *, int64_t *warned_ms);

#endif
