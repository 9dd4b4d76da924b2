/*
 * A certificate with its private key, and the chain that is sent with them.
 */
#ifndef CERTIFIED_KEY_H
#define CERTIFIED_KEY_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct identity;

struct certified_key {
	EVP_PKEY *key; /* NULL, both: none */
	X509 *certificate;
	STACK_OF(X509) *chain; /* NULL: none */
	const char *file; /* of the certificate, as messages call it */
};

/* What its parts are called in messages. */
struct certified_key_names {
	const char *key;
	const char *certificate;
	const char *chain;
	bool certificate_first; /* of the two, it is read first */
};

/*
 * Load what the identity names; without a key file the key is in that of the
 * certificate, which must be named. phrase opens what is encrypted; NULL: the
 * user is asked. propquery: as of tls_file.h. Returns 0, or -1 (reported). In
 * both cases it is to be freed.
 */
int certified_key_load(struct certified_key *, const struct identity *,
    const struct certified_key_names *, const char *phrase,
    const char *propquery);
void certified_key_free(struct certified_key *);
/* Do the two belong together? Returns 0, or -1 (reported). */
int certified_key_check(const struct certified_key *);

/*
 * Have a context use them, beside those with keys of other types; with
 * build_chain the chain is completed from the context's trusted certificates.
 * Nothing is done if there is none. Returns 0, or -1 (reported).
 */
int
certified_key_use(const struct certified_key *, SSL_CTX *, bool build_chain);

#endif
