/*
 * What the workers need to be let into the store: read once, before the first
 * fork.
 */
#ifndef STORE_ACCESS_H
#define STORE_ACCESS_H

#include <openssl/ssl.h>

#include "store/store_keys.h"

struct config;

struct store_access {
	char *password; /* NULL: none */
	SSL_CTX *tls; /* NULL: without TLS */
	struct store_keys keys; /* none: sessions are not sealed */
};

/* Returns 0, also if there is no -session_store, or -1 (reported). */
int store_access_open(struct store_access *, const struct config *);
void store_access_close(struct store_access *);

#endif
