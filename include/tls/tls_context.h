/*
 * The SSL_CTX objects, built once by the master before any fork: certificates,
 * keys, DH parameters, protocol settings, verification, SNI, ALPN, PSK, key
 * log. Workers inherit them and create SSL objects from them.
 */
#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include <openssl/ssl.h>

#include "tls/alpn.h"
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
	X509_CRL *crl; /* -CRL; NULL: none */
	struct ocsp ocsp;
	struct npn npn;
	struct psk psk;
	struct srp srp;
};

/*
 * Build everything, saying on the way what the stock program says (the
 * "Setting temp DH parameters" lines and so on). Returns 0, or -1 with the
 * error already printed. The structure must not move afterwards.
 */
int tls_context_open(struct tls_context *, const struct config *);
/* Does nothing if all is zero. */
void tls_context_close(struct tls_context *);

/*
 * A server-side SSL for a new connection: session ID context set, accept
 * state. NULL on failure, with the error stack printed.
 */
SSL *tls_context_new_ssl(const struct tls_context *);

#endif
