/*
 * What a connection of DTLS has beside one of TLS: a place among those that
 * shake hands, a peer that may start anew on the same socket, hints that the
 * peer has gone, and flights that are sent again.
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
	bool half_open; /* it has a place there (half_open.h) */
	uint32_t in_pieces; /* bytes of its ClientHello; 0: it came whole */
	struct arrival *successor; /* who started anew here; NULL: nobody */
	struct refusal refusal; /* the peer may have gone */
	struct loop_timer retransmit; /* the peer does not answer */
};

/* For a new connection, before its link is opened. */
void dtls_peer_open(struct connection *, const struct arrival *);
/* After the link is opened: what the peer has said so far. */
void dtls_peer_take_datagrams(struct connection *, const struct arrival *);
void dtls_peer_close(struct connection *);
/* The turn of the loop is over. */
void dtls_peer_end_turn(struct connection *);
/*
 * The peer has started anew: its socket goes to a new connection, which
 * starts; this one ends.
 */
void dtls_peer_succeed(struct connection *);
/* The deliver of accept_calls (acceptor.h); arg: the connections. */
bool
dtls_peer_deliver(void *arg, const uint8_t *cookie, const struct dtls_pieces *);

#endif
