/* A client that was accepted, and the calls that hand it over. */
#ifndef ARRIVAL_H
#define ARRIVAL_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stdint.h>

#include "foundation/textbuf.h"
#include "net/record_numbers.h"
#include "tls/dtls_cookie.h"

struct connection_card;
struct dtls_pieces;
struct services;

/* A client that was accepted and becomes a connection. */
struct arrival {
	int fd; /* non-blocking; for DTLS connected to the peer */
	uint64_t connection; /* its number, over all workers */
	struct connection_card *card; /* NULL: it has none */
	struct sockaddr_storage peer;
	socklen_t peer_size;
	/* DTLS: */
	uint8_t cookie[DTLS_COOKIE_SIZE]; /* that the client brought */
	uint8_t number[RECORD_NUMBERS_SIZE]; /* of the record with the cookie */
	uint32_t in_pieces; /* bytes of its ClientHello; 0: it came whole */
	unsigned hellos_before; /* without a good cookie; usually one */
	struct textbuf
	    in; /* datagrams it has sent so far (datagram_socket.h) */
};

/* The calls of the module that takes arrivals; arg is that of acceptor_open. */
struct accept_calls {
	/* A client has arrived. Takes over its descriptor and datagrams. */
	void (*arrived)(void *arg, const struct arrival *);
	/* Returns true if too much waits to accept a client now. */
	bool (*overloaded)(void *arg);
	/*
	 * DTLS: datagrams of the peer that came with this cookie were found
	 * (dtls_pieces_queue). Returns false if the peer is gone.
	 */
	bool (*deliver)(
	    void *arg, const uint8_t *cookie, const struct dtls_pieces *);
};

enum accept_result {
	ACCEPT_TOOK, /* a connection */
	ACCEPT_NOTHING, /* nothing to accept, or nothing left to allow */
	ACCEPT_MORE, /* none yet, but try again in the next turn */
	ACCEPT_FULL, /* no descriptor, no memory */
};

/*
 * This worker has accepted the connection on this socket: number and count it,
 * in shared memory. local: our address; NULL: the socket is asked.
 */
void arrival_took(const struct services *, struct arrival *, int fd,
    const struct sockaddr_storage *local);
/*
 * Returns true if a warning that may come often may be printed now. *warned_ms
 * must be 0 at first.
 */
bool arrival_may_warn(const struct services *, int64_t *warned_ms);

#endif
