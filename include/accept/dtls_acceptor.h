/*
 * Accepts peers of DTLS. All workers share one UDP socket, the listener. Before
 * a peer has returned its cookie (RFC 6347, section 4.2.1), nothing is kept of
 * it, except for a moment pieces of a hello (dtls_pieces.h). A ClientHello
 * without a good cookie is answered with a HelloVerifyRequest and forgotten;
 * all else is dropped.
 *
 * A peer whose cookie is good gets a socket of its own, bound to the address
 * that it wrote to and connected to it. From then on the kernel gives the
 * peer's datagrams only to this socket, whatever becomes of the other workers.
 * If the worker dies, the socket is gone, and no other worker answers the peer.
 *
 * Between the good cookie and connect(2) there may come:
 * - The same ClientHello again, at the listener. The cookie is claimed in
 *   shared memory (peer_claims.h), so no other worker takes the peer.
 * - More of the peer's datagrams, at the listener, if the ClientHello is in
 *   several; also before the one with the cookie. See dtls_pieces.h.
 * - Datagrams of strangers, at the new socket: while it is bound and not
 *   connected, the kernel takes it for as good as the listener, and may even
 *   deliver a datagram there after connect(2) that it had routed before. So the
 *   reader of the socket checks each sender, and treats the datagram of a
 *   stranger as if it had come to the listener.
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

/* The most bytes to queue that other workers have read for one of our peers. */
#define DTLS_ACCEPTOR_IN_MAX (256 * 1024)

/* What a datagram means as the first one of a peer. */
enum hello {
	HELLO_NONE, /* no ClientHello */
	HELLO_ASKS, /* without a good cookie */
	HELLO_GOOD,
};

/* A peer that has a socket of its own. */
struct dtls_known {
	int fd;
	const struct sockaddr_storage *peer;
	socklen_t peer_size;
	bool half_open; /* it has a place in half_open.h */
};

struct dtls_acceptor {
	const struct acceptor *owner; /* its calls are made */
	const struct services *services; /* the owner's */
	struct cookie_maker cookies;
	in_port_t port; /* the listener's, network byte order */
	struct datagram *datagram; /* the current datagram; owned */
	struct textbuf strays; /* datagrams of strangers, see above */
	struct loop_task stray;
	struct dtls_pieces pieces;
	int64_t warned_ms; /* that too many shake hands; 0: never */
};

/* Returns 0, or -1 (reported). */
int dtls_acceptor_open(struct dtls_acceptor *, const struct acceptor *owner);
/* Accept no more new peers. A known peer may still start anew. */
void dtls_acceptor_stop(struct dtls_acceptor *);
/*
 * Read the listener until a peer has shown its cookie, or until a number of
 * datagrams was read. After ACCEPT_TOOK the caller owns the arrival.
 */
enum accept_result
dtls_acceptor_accept(struct dtls_acceptor *, struct arrival *);
/*
 * Deliver to our peers what other workers have read for them. Returns true if
 * there was something.
 */
bool dtls_acceptor_collect(struct dtls_acceptor *);

/*
 * A known peer's socket got the datagram of a stranger: treat it as if it had
 * come to the listener.
 */
void dtls_acceptor_stray(struct dtls_acceptor *, int fd,
    const struct sockaddr_storage *from, const uint8_t *, size_t);
/*
 * Judge a datagram of a known peer. A ClientHello begins a new association (RFC
 * 6347, section 4.2.8). A piece of one does so only if the peer has finished
 * its handshake; before that, libssl is still reading the hello.
 */
enum hello
dtls_acceptor_hear_again(struct dtls_acceptor *, const struct dtls_known *,
    const uint8_t *, size_t, struct dtls_hello *, bool *in_pieces);
/* After HELLO_ASKS: send a cookie. */
void dtls_acceptor_answer_again(struct dtls_acceptor *,
    const struct dtls_known *, const struct dtls_hello *, bool in_pieces);
/*
 * After HELLO_GOOD: returns the arrival, without a descriptor, which the caller
 * frees, or NULL if the peer may not start anew.
 */
struct arrival *
dtls_acceptor_take_again(struct dtls_acceptor *, const struct dtls_known *,
    const struct dtls_hello *, const uint8_t *, size_t, bool in_pieces);
/* Deliver no more pieces of the peer's hello of that number and length. */
void dtls_acceptor_heard_all(struct dtls_acceptor *, const struct dtls_known *,
    unsigned number, uint32_t length);

#endif
