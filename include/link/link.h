/*
 * A TLS link with a peer: the SSL, the transport below it, what is queued for
 * the peer, and the handshake. A link does not know the connection that embeds
 * and runs it.
 */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "foundation/textbuf.h"
#include "link/handshake.h"
#include "link/link_result.h"
#include "link/outcome.h"
#include "net/transport.h"

struct dtls;
struct loop_task;
struct services;

struct link {
	const struct services *services;
	SSL *ssl; /* NULL: link_open failed */
	struct transport transport;
	struct textbuf out; /* plaintext for the peer */
	size_t out_sent; /* bytes of out that SSL_write took */
	bool sending; /* the owner is told when all is sent */
	bool renegotiates; /* a new handshake is asked for or going on */
	bool renegotiated; /* the owner must be told that it is over */
	struct shake shake;
	struct outcome outcome;
	struct dtls *dtls; /* the owner's; NULL: a stream */
};

/*
 * The link must be all zero, but its outcome must be set, and dtls, with its
 * cookie, for datagrams. peer and wake must outlive the link; wake is the task
 * that runs it. Returns 0, or -1 (reported). link_close must be called in
 * either case.
 */
int link_open(struct link *, const struct services *, int fd,
    const struct sockaddr_storage *peer, struct loop_task *wake);
/* Free everything, and close the transport's descriptor unless it is -1. */
void link_close(struct link *);

/* Must be called before each call of libssl that may read. */
void link_before(struct link *);
/* Returns what to do after a result of libssl that is no success. */
enum link_result link_look(struct link *, int result);

#endif
