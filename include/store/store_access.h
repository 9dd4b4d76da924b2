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

/*
 * Returns 0, also if there is no -session_store, or -1 (reported). Says if
 * sessions will not be sealed.
 */
int store_access_open(struct store_access *, const struct config *);
/*
 * Read -session_store_key again, if it is given, into keys that are zeroed.
 * Returns 0 or -1 (reported).
 */
int store_access_read_keys(const struct config *, struct store_keys *);
/* For who gets the access from now on. Empties the list. */
void store_access_take_keys(struct store_access *, struct store_keys *);
void store_access_close(struct store_access *);

#endif
