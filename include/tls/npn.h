/*
 * -nextprotoneg: naming protocols by NPN, of which the client then chooses
 * one, or any other. A draft that ALPN replaced; TLS 1.3 has no place for it.
 */
#ifndef NPN_H
#define NPN_H

#include <openssl/ssl.h>

#include "foundation/textbuf.h"

struct config;

struct npn {
	struct textbuf list; /* see protocol_list.h */
};

/* Returns 0, or -1 (reported). Without the option the list is empty. */
int npn_open(struct npn *, const struct config *);
void npn_close(struct npn *);
/* The context keeps a pointer to npn. */
void npn_install(SSL_CTX *, struct npn *);

#endif
