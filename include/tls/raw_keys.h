/*
 * Raw public keys instead of certificates (RFC 7250): -enable_server_rpk for
 * the server's, -enable_client_rpk for those of clients.
 */
#ifndef RAW_KEYS_H
#define RAW_KEYS_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct config;

/* For the first context: SNI does not change it. Returns 0, or -1 (reported) */
int raw_keys_install(SSL_CTX *, const struct config *);

/* Did the two sides agree on such keys, instead of certificates? */
bool raw_keys_of_server(const SSL *);
bool raw_keys_of_client(const SSL *);
/* Returns the client's, which the session holds, or NULL. */
EVP_PKEY *raw_keys_peer(const SSL *);

#endif
