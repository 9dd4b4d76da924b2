/*
 * The TLS part of the load client: one SSL_CTX for all connections, and the
 * sessions of full handshakes, for the second connection of a pair.
 */
#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

struct settings;

/* Returns NULL (reported) on failure. */
SSL_CTX *tls_open(const struct settings *);
/*
 * New sessions of this connection replace *session, which the caller frees.
 */
void tls_keep_session(SSL *, SSL_SESSION **session);
/*
 * Offer a copy of the session: after a failed connection libssl marks the
 * session that was offered as not resumable, and a second try would then miss
 * because of the client.
 */
bool tls_offer_session(SSL *, const SSL_SESSION *);
/* Returns why this session is not of the required kind, or NULL if it is. */
const char *tls_wrong_kind(const SSL_SESSION *, const struct settings *);
/* Returns what the server did not choose as required, or NULL. */
const char *tls_wrong_protocol(const SSL *, const struct settings *);
/* Write the first half of a ClientHello. Returns the number of bytes, or -1. */
int tls_half_hello(SSL_CTX *, unsigned char *, size_t);
/* Returns the reason of libssl's first error, and empties its queue. */
const char *tls_reason(void);

#endif
