/*
 * A certificate with its private key, and the chain that is sent with them.
 */
#ifndef CERTIFIED_KEY_H
#define CERTIFIED_KEY_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct identity;

struct certified_key {
	EVP_PKEY *key; /* key and certificate are NULL together */
	X509 *certificate;
	STACK_OF(X509) *chain; /* NULL: none */
	const char *file; /* the certificate's file, for messages */
};

/* The names of the parts in messages. */
struct certified_key_names {
	const char *key;
	const char *certificate;
	const char *chain;
	bool certificate_first; /* the certificate is read before the key */
};

/*
 * Load the files that the identity names. The certificate's file must be named;
 * without a key file the key is in that file, too. phrase decrypts; NULL: ask
 * the user. propquery: see tls_file.h. Returns 0, or -1 (reported). The caller
 * frees the struct certified_key in either case.
 */
int certified_key_load(struct certified_key *, const struct identity *,
    const struct certified_key_names *, const char *phrase,
    const char *propquery);
void certified_key_free(struct certified_key *);
/*
 * Check that key and certificate belong together. Returns 0, or -1 (reported).
 */
int certified_key_check(const struct certified_key *);

/*
 * Have a context use them, beside certificates with keys of other types. With
 * build_chain the chain is completed from the context's trusted certificates.
 * Does nothing if there is no certificate. Returns 0, or -1 (reported).
 */
int
certified_key_use(const struct certified_key *, SSL_CTX *, bool build_chain);

#endif
