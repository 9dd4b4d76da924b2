/*
 * One TLS link with a peer: the SSL, the transport below it, what is queued
 * for the peer, and the handshake. A link knows no connection; the connection
 * embeds it and runs it.
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
	size_t out_sent; /* of it, by SSL_write */
	bool sending; /* somebody is to be told when all is flushed */
	bool renegotiates; /* a new handshake is asked for, or going on */
	bool renegotiated; /* and is over, which nobody has been told yet */
	struct shake shake;
	struct outcome outcome;
	struct dtls *dtls; /* the owner's; NULL: a stream */
};

/*
 * All of the link must be zero but dtls, which must have its cookie. peer and
 * wake, the task that runs the link, must outlive it. Returns 0, or -1
 * (reported); link_close is to be called in either case.
 */
int link_open(struct link *, const struct services *, int fd,
    const struct sockaddr_storage *peer, struct loop_task *wake);
/* Frees all, and closes the transport's descriptor unless that is -1. */
void link_close(struct link *);

/* Before each call of libssl that may read. */
void link_before(struct link *);
/* What libssl's result, which is no success, asks for. */
enum link_result link_look(struct link *, int result);

#endif
