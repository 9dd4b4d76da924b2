/*
 * The SSL_CTX objects with certificates, keys, DH parameters, protocol
 * settings, verification, SNI, ALPN, PSK and key log. The master builds them
 * before it forks the workers of a generation; the workers inherit them and
 * create SSL objects from them.
 */
#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "tls/alpn.h"
#include "tls/ech.h"
#include "tls/expected_keys.h"
#include "tls/npn.h"
#include "tls/ocsp.h"
#include "tls/psk.h"
#include "tls/srp.h"

struct config;

struct tls_context {
	const struct config *config;
	SSL_CTX *ctx;
	SSL_CTX *ctx2; /* for -servername; NULL: none */
	struct alpn alpn;
	struct ech ech;
	struct expected_keys expected_keys;
	X509_CRL *crl; /* -CRL; NULL: none */
	struct ocsp ocsp;
	struct npn npn;
	struct psk psk;
	struct srp srp;
};

/*
 * Build everything, and print what the stock program prints meanwhile (the
 * "Setting temp DH parameters" lines and so on). Returns 0, or -1 with the
 * error already printed. The structure must not move afterwards.
 */
int tls_context_open(struct tls_context *, const struct config *);
/* Does nothing if all fields are zero. */
void tls_context_close(struct tls_context *);

/*
 * Returns an SSL for a new connection, in the state to accept a client, or NULL
 * with the error queue printed.
 */
SSL *tls_context_new_ssl(const struct tls_context *);

#endif
