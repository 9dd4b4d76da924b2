/*
 * The certificates with their keys and chains that the options name, and DH
 * parameters, in any format that ossl_store-file(7) knows, and the pass phrases
 * that open them.
 */
#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "tls/identity/certified_key.h"
#include "tls/identity/extra_certificates.h"

struct config;

struct credentials {
	struct certified_key main; /* none: -nocert */
	struct certified_key second; /* for -servername */
	struct certified_key other; /* -dcert */
	struct extra_certificates *extra; /* -xcert; NULL: none */
	EVP_PKEY *dh; /* NULL: the library's own choice */
};

/*
 * Load what the configuration names, asking for pass phrases where -pass and
 * -dpass give none. Without any certificate and key one is made
 * (self_signed.h). Returns 0, or -1 (reported).
 */
int credentials_load(struct credentials *, const struct config *);
/* Frees what the structure holds; contexts have their own references. */
void credentials_free(struct credentials *);

/* Have a context use them. Return 0, or -1 (reported). */
int credentials_use(
    const struct credentials *, const struct config *, SSL_CTX *, bool second);
int credentials_use_dh(const struct credentials *, SSL_CTX *);

#endif
