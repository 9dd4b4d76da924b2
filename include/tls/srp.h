/*
 * -srpvfile: clients log in with a password by SRP (RFC 5054), up to TLS 1.2.
 * The verifiers are read once, so that a search for a user never waits.
 */
#ifndef SRP_H
#define SRP_H

#include <openssl/ssl.h>

struct config;

struct srp {
	void *verifiers; /* an SRP_VBASE; NULL: the option is not given */
};

/*
 * Read the file and have the context use it. The context keeps a pointer to the
 * struct srp. Returns 0, or -1 (reported).
 */
int srp_install(struct srp *, SSL_CTX *, const struct config *);
void srp_close(struct srp *);

#endif
