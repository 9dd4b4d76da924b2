/* libssl's callback for session tickets, which uses the shared ticket keys. */
#ifndef TICKETS_H
#define TICKETS_H

#include <openssl/ssl.h>

struct ticket_keys;

/*
 * What sealing needs. The ciphers are fetched once, because libssl is slow to
 * find them by name.
 */
struct tickets {
	const struct ticket_keys *keys; /* in shared memory */
	EVP_CIPHER *aes_128;
	EVP_CIPHER *aes_256;
};

/* Called by the master, before the fork. Returns 0, or -1 (reported). */
int tickets_open(struct tickets *);
void tickets_close(struct tickets *);
/*
 * Set the callback of the context in which handshakes begin. libssl asks no
 * other context for ticket keys, even after SNI has chosen another.
 */
void tickets_install(SSL_CTX *);
/* Called by a worker, for a new SSL. */
void tickets_attach(SSL *, const struct tickets *);

#endif
