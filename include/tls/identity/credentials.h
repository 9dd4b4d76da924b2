/*
 * The certificates, keys, chains and DH parameters that the options name, in
 * any format that ossl_store-file(7) knows, and their pass phrases.
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
	struct certified_key main; /* empty with -nocert */
	struct certified_key second; /* for -servername */
	struct certified_key other; /* -dcert */
	struct extra_certificates *extra; /* -xcert; NULL: none */
	EVP_PKEY *dh; /* NULL: the library's own choice */
};

/*
 * Load what the configuration names; ask for pass phrases that -pass and -dpass
 * do not give. If the options name no certificate and there is no server.pem,
 * use self_signed.h. Returns 0, or -1 (reported).
 */
int credentials_load(struct credentials *, const struct config *);
/* Frees what the structure holds; contexts have their own references. */
void credentials_free(struct credentials *);

/* Have a context use them. Return 0, or -1 (reported). */
int credentials_use(
    const struct credentials *, const struct config *, SSL_CTX *, bool second);
int credentials_use_dh(const struct credentials *, SSL_CTX *);

#endif
