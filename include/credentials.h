/*
 * Certificates, keys, chains and DH parameters from files, in any format that
 * OSSL_STORE(7) knows, and the pass phrase that opens them.
 */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct config;

struct credentials_pair {
	EVP_PKEY *key; /* NULL, both: none */
	X509 *certificate;
	const char *file; /* of the certificate, as messages call it */
};

struct credentials {
	struct credentials_pair main; /* none: -nocert */
	struct credentials_pair second; /* for -servername */
	STACK_OF(X509) *chain; /* NULL: none */
	EVP_PKEY *dh; /* NULL: the library's own choice */
};

/*
 * Load what the configuration names, asking for pass phrases where -pass gives
 * none. Without any certificate and key one is made (self_signed.h). Returns 0,
 * or -1 (reported).
 */
int credentials_load(struct credentials *, const struct config *);
/* Frees what the structure holds; contexts have their own references. */
void credentials_free(struct credentials *);

/* Have a context use them. Return 0, or -1 (reported). */
int credentials_use(const struct credentials *, SSL_CTX *, bool second);
int credentials_use_dh(const struct credentials *, SSL_CTX *);

#endif
