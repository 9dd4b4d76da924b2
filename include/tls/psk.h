/*
 * -psk and its kin: keys shared with clients instead of certificates, up to
 * TLS 1.2 (RFC 4279) and as external PSKs of TLS 1.3 (RFC 8446, section
 * 4.2.11).
 */
#ifndef PSK_H
#define PSK_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

struct config;

struct psk {
	const struct config *config;
	unsigned char *key; /* of -psk; NULL: not given */
	size_t size;
	SSL_SESSION *session; /* what TLS 1.3 takes it from; NULL: none */
};

/* The key of the options. Returns 0, or -1 (reported, without the key). */
int psk_open(struct psk *, const struct config *);
/* Wipes the key. */
void psk_close(struct psk *);
/*
 * Reads the file of -psk_session, and says what the stock program says. The
 * contexts keep a pointer to psk; the second, for -servername, may be NULL.
 * Returns 0, or -1 (reported).
 */
int psk_install(struct psk *, SSL_CTX *, SSL_CTX *second);

/* TLS 1.3: if a session was resumed it was in truth such a key. */
bool psk_was_found(const SSL *);

#endif
