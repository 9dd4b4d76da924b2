/*
 * Accepting peers of DTLS. All workers share one UDP socket, the listener.
 * Nothing is kept of a peer before its cookie has come back (RFC 6347, section
 * 4.2.1), but for pieces of a hello, for a moment (dtls_pieces.h): what begins
 * as a ClientHello is answered with a HelloVerifyRequest and forgotten, and
 * everything else is dropped.
 *
 * A peer whose cookie is good gets a socket of its own, bound to the address it
 * wrote to and connected to it. From then on the kernel gives its datagrams to
 * that socket alone, so they reach its worker whatever becomes of the others;
 * and with the worker the socket goes, so nobody answers in its place.
 *
 * What may come between the good cookie and connect(2):
 * - The same ClientHello again, into the listener. Its cookie is claimed in
 *   shared memory (peer_claims.h), so no other worker takes it.
 * - More of the peer's datagrams, into the listener, if its ClientHello is in
 *   several, and before the one with the cookie, too: dtls_pieces.h says what
 *   becomes of them.
 * - What strangers send: the new socket, while bound and not yet connected, is
 *   as good as the listener to the kernel, which may even put a datagram there
 *   after connect(2) that it had found the way for before. So whoever reads the
 *   socket looks from whom it is; what is of strangers is treated as if the
 *   listener had got it.
 */
#ifndef DTLS_ACCEPTOR_H
#define DTLS_ACCEPTOR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "accept/acceptor.h"
#include "accept/dtls_pieces.h"
#include "base/loop.h"
#include "tls/dtls_cookie.h"

struct datagram;
struct services;

/* Bytes of what others have read for one of our peers. */
#define DTLS_ACCEPTOR_IN_MAX (256 * 1024)

/* A datagram as the first word of a peer. */
enum hello {
	HELLO_NONE, /* it is none */
	HELLO_ASKS, /* it brings no good cookie */
	HELLO_GOOD,
};

/* A peer that has a socket of its own. */
struct dtls_known {
	int fd;
	const struct sockaddr_storage *peer;
	socklen_t peer_size;
	bool half_open; /* it has a place there (half_open.h) */
};

struct dtls_acceptor {
	const struct services *services;
	const struct accept_calls *calls;
	void *arg; /* of the calls */
	bool stopped;
	struct cookie_maker cookies;
	in_port_t port; /* the listener's, network byte order */
	struct datagram *datagram; /* at hand; owned */
	struct textbuf strays; /* of strangers, see above */
	struct loop_task stray;
	struct dtls_pieces pieces;
	int64_t warned_ms; /* that too many shake hands; 0: never */
};

/* Returns 0, or -1 (reported). */
int dtls_acceptor_open(struct dtls_acceptor *, const struct services *,
    const struct accept_calls *, void *arg);
/* No more peers, but that one may start anew. */
void dtls_acceptor_stop(struct dtls_acceptor *);
/*
 * Serve the listener until a peer has shown its cookie, or for so many
 * datagrams. TOOK: the arrival is the caller's.
 */
enum accept_result
dtls_acceptor_accept(struct dtls_acceptor *, struct arrival *);
/*
 * Deliver to our peers what other workers have read of theirs. True: there was
 * something.
 */
bool dtls_acceptor_collect(struct dtls_acceptor *);

/*
 * What a known peer's socket gets passes here first. A stranger's datagram is
 * the listener's, which did not get it.
 */
void dtls_acceptor_stray(struct dtls_acceptor *, int fd,
    const struct sockaddr_storage *from, const uint8_t *, size_t);
/*
 * The peer says something. A ClientHello begins a new association: see RFC
 * 6347, section 4.2.8. What is a piece of a hello is one that the peer starts
 * anew with, if it has shaken hands; before, the piece is of the hello that
 * libssl reads.
 */
enum hello
dtls_acceptor_hear_again(struct dtls_acceptor *, const struct dtls_known *,
    const uint8_t *, size_t, struct dtls_hello *, bool *in_pieces);
/* HELLO_ASKS: send a cookie. */
void dtls_acceptor_answer_again(struct dtls_acceptor *,
    const struct dtls_known *, const struct dtls_hello *, bool in_pieces);
/*
 * HELLO_GOOD: the arrival, without a descriptor, which the caller frees. NULL:
 * the peer is not served anew.
 */
struct arrival *
dtls_acceptor_take_again(struct dtls_acceptor *, const struct dtls_known *,
    const struct dtls_hello *, const uint8_t *, size_t, bool in_pieces);
/* What comes of the peer's hello of so many bytes is not its own any more. */
void dtls_acceptor_heard_all(
    struct dtls_acceptor *, const struct dtls_known *, uint32_t length);

#endif
