/*
 * -expected-rpks: the public keys that clients may have, raw (RFC 7250) or in a
 * certificate. Whoever has another one does not verify. libssl has this from
 * OpenSSL 3.2 on; with an older one these functions do nothing.
 */
#ifndef EXPECTED_KEYS_H
#define EXPECTED_KEYS_H

#include <stddef.h>

#include <openssl/ssl.h>

struct config;

struct expected_keys {
	EVP_PKEY **key; /* owned */
	size_t count; /* 0: any key will do */
};

/* Read the files, and prepare the context. Returns 0, or -1 (reported). */
int
expected_keys_open(struct expected_keys *, SSL_CTX *, const struct config *);
/* Does nothing if all fields are zero. */
void expected_keys_close(struct expected_keys *);
/* For a new SSL. Returns 0, or -1 with the reason in the error queue. */
int expected_keys_set(const struct expected_keys *, SSL *);

#endif
