/*
 * -alpn: choosing an application protocol (RFC 7301). The server's order
 * decides; without a common protocol the handshake fails.
 */
#ifndef ALPN_H
#define ALPN_H

#include <openssl/ssl.h>

#include "textbuf.h"

struct config;

/* The -alpn option as a protocol list of RFC 7301, section 3.1. */
struct alpn {
	const struct config *config;
	struct textbuf list;
};

/* Returns 0, or -1 (reported). Without the option the list is empty. */
int alpn_open(struct alpn *, const struct config *);
void alpn_close(struct alpn *);
/* The context keeps a pointer to alpn. */
void alpn_install(SSL_CTX *, struct alpn *);

#endif
