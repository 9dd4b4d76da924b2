/*
 * A client that was accepted, and what it is handed over by.
 */
#ifndef ARRIVAL_H
#define ARRIVAL_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stdint.h>

#include "foundation/textbuf.h"
#include "net/record_numbers.h"
#include "tls/dtls_cookie.h"

struct dtls_pieces;
struct services;

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

/* What whoever takes the arrivals does; arg is the one of acceptor_open. */
struct accept_calls {
	/* A client has arrived: takes over its descriptor and datagrams. */
	void (*arrived)(void *arg, const struct arrival *);
	/* So much is left to do that nobody shall be accepted now. */
	bool (*overloaded)(void *arg);
	/*
	 * DTLS: datagrams were found (dtls_pieces_queue) of the peer that came
	 * with this cookie. False: that one is gone.
	 */
	bool (*deliver)(
	    void *arg, const uint8_t *cookie, const struct dtls_pieces *);
};

enum accept_result {
	ACCEPT_TOOK, /* a connection */
	ACCEPT_NOTHING, /* nothing to accept, or nothing left to allow */
	ACCEPT_MORE, /* nothing yet, and enough for this turn */
	ACCEPT_FULL, /* no descriptor, no memory */
};

/* Tell the shared state of a connection that was accepted by this worker. */
void arrival_took(const struct services *);
/* Of what may go on for long: not again and again. warned_ms: 0 at first. */
bool arrival_may_warn(const struct services *, int64_t *warned_ms);

#endif
