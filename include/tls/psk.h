/*
 * The options of -psk: keys that are shared with clients and used instead of
 * certificates, up to TLS 1.2 (RFC 4279), and in TLS 1.3 as external PSKs
 * (RFC 8446, section 4.2.11).
 */
#ifndef PSK_H
#define PSK_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

struct config;

struct psk {
	const struct config *config;
	unsigned char *key; /* from -psk; NULL: not given */
	size_t size;
	SSL_SESSION *session; /* contains the key for TLS 1.3; NULL: none */
};

/* Read the key of -psk. Returns 0, or -1 (reported, without the key). */
int psk_open(struct psk *, const struct config *);
/* Wipes the key. */
void psk_close(struct psk *);
/*
 * Have the contexts use the key, and read the file of -psk_session; prints what
 * the stock program prints. The contexts keep a pointer to the struct psk.
 * second: the context for -servername, or NULL. Returns 0, or -1 (reported).
 */
int psk_install(struct psk *, SSL_CTX *, SSL_CTX *second);

/*
 * Returns true if a TLS 1.3 connection that seems to resume a session uses such
 * a key instead.
 */
bool psk_was_found(const SSL *);

#endif
