/*
 * The TLS side of the load client: one SSL_CTX for all connections, and the
 * sessions that full handshakes bring for the second connection of a pair.
 */
#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

struct settings;

/* NULL: reported. */
SSL_CTX *tls_open(const struct settings *);
/*
 * New sessions of this connection replace *session, which is then the
 * caller's to free.
 */
void tls_keep_session(SSL *, SSL_SESSION **session);
/*
 * Offer a copy, for libssl calls a session not resumable once a connection that
 * offered it has failed; a second try must not be the client's own miss.
 */
bool tls_offer_session(SSL *, const SSL_SESSION *);
/* Why this session is not of the kind that was asked for; NULL: it is. */
const char *tls_wrong_kind(const SSL_SESSION *, const struct settings *);
/* It did not choose the one that was asked for; NULL: it did. */
const char *tls_wrong_protocol(const SSL *, const struct settings *);
/* The first half of a ClientHello; the number of bytes, or -1. */
int tls_half_hello(SSL_CTX *, unsigned char *, size_t);
/* The reason of the first error in libssl's queue, which is emptied. */
const char *tls_reason(void);

#endif
