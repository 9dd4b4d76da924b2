/*
 * libssl's callback for session tickets, onto the shared ticket keys.
 */
#ifndef TICKETS_H
#define TICKETS_H

#include <openssl/ssl.h>

struct ticket_keys;

/* What sealing takes. Found once: libssl finds things by name slowly. */
struct tickets {
	const struct ticket_keys *keys; /* in shared memory */
	EVP_CIPHER *aes_128;
	EVP_CIPHER *aes_256;
};

/* In the master, before the fork. Returns 0, or -1 (reported). */
int tickets_open(struct tickets *);
void tickets_close(struct tickets *);
/*
 * For the context that handshakes begin in: libssl asks no other one for
 * ticket keys, also after SNI has chosen another.
 */
void tickets_install(SSL_CTX *);
/* In a worker, for a new SSL. */
void tickets_attach(SSL *, const struct tickets *);

#endif
