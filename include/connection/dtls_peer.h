/*
 * What only a connection of DTLS has: a place among those that shake hands, a
 * peer that may start anew on the same socket, hints that the peer has gone,
 * and flights that are sent again.
 */
#ifndef DTLS_PEER_H
#define DTLS_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "connection/refusal.h"
#include "link/dtls.h"

struct arrival;
struct connection;
struct dtls_pieces;

struct dtls_peer {
	struct dtls link; /* the link's part */
	bool half_open; /* it has a place in half_open.h */
	uint32_t in_pieces; /* bytes of its ClientHello; 0: it came whole */
	unsigned hellos_before; /* without a good cookie */
	struct arrival *successor; /* the peer started anew; or NULL */
	struct refusal refusal; /* the peer may have gone */
	struct loop_timer retransmit; /* the peer does not answer */
};

/* Must be called before the link of a new connection is opened. */
void dtls_peer_open(struct connection *, const struct arrival *);
/* Must be called after the link is opened: gives it what the peer has sent. */
void dtls_peer_take_datagrams(struct connection *, const struct arrival *);
void dtls_peer_close(struct connection *);
/* The step of the connection is over. */
void dtls_peer_end_turn(struct connection *);
/*
 * The peer has started anew: start a new connection with the socket of this
 * one, and end this one.
 */
void dtls_peer_succeed(struct connection *);
/* The deliver of accept_calls (arrival.h); arg: the connections. */
bool
dtls_peer_deliver(void *arg, const uint8_t *cookie, const struct dtls_pieces *);

#endif
