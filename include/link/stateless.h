/*
 * With -stateless: a TLS 1.3 client gets a cookie in a HelloRetryRequest, and
 * the handshake goes on only when the client has returned the cookie (RFC 8446,
 * section 4.2.2). The cookie is a MAC of the client's address under a secret
 * that all workers share. Only the interactive mode uses cookies, as in the
 * stock program.
 */
#ifndef STATELESS_H
#define STATELESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include <openssl/ssl.h>

#include "link/link_result.h"

struct cookie_maker;
struct link;
struct services;

/* Part of each link; all zero without -stateless. */
struct stateless {
	struct cookie_maker *maker;
	const struct sockaddr_storage *peer;
	bool cookie_sent; /* the cookie was sent, and nothing came since */
};

/* Called by the master, before the fork. */
void stateless_install(SSL_CTX *);
/* Called by a worker, for a new SSL. */
void stateless_attach(struct stateless *, SSL *, const struct services *,
    const struct sockaddr_storage *peer);
/*
 * Returns LINK_DONE if the client has shown the cookie: handshake_step() must
 * do the rest. LINK_AGAIN with stateless.cookie_sent means that the cookie was
 * just sent. A client of TLS 1.2 or older knows no cookies: its phase becomes
 * PHASE_IN_VAIN.
 */
enum link_result stateless_step(struct link *);

#endif
