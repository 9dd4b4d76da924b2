/*
 * -nextprotoneg: offers protocols by NPN, a draft that ALPN replaced. The
 * client chooses one of them, or any other protocol. TLS 1.3 has no NPN.
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
/* The SSL_CTX keeps a pointer to the struct npn. */
void npn_install(SSL_CTX *, struct npn *);

#endif
