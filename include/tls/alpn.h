/*
 * -alpn: the choice of an application protocol (RFC 7301) in the server's order
 * of preference. Without a common protocol the handshake fails.
 */
#ifndef ALPN_H
#define ALPN_H

#include <openssl/ssl.h>

#include "foundation/textbuf.h"

struct config;

struct alpn {
	const struct config *config;
	struct textbuf list; /* see protocol_list.h */
};

/* Returns 0, or -1 (reported). Without the option the list is empty. */
int alpn_open(struct alpn *, const struct config *);
void alpn_close(struct alpn *);
/* The SSL_CTX keeps a pointer to the struct alpn. */
void alpn_install(SSL_CTX *, struct alpn *);

#endif
