/*
 * The certificates of -xcert. When there are any the handshake has these and no
 * others: each that can serve the client is taken, and all are talked about, as
 * the stock program does.
 */
#ifndef EXTRA_CERTIFICATES_H
#define EXTRA_CERTIFICATES_H

#include <openssl/ssl.h>

struct config;
struct extra_certificates;

/*
 * Load all sets of the configuration, asking for pass phrases. *extra is NULL
 * if there are none. Returns 0, or -1 (reported).
 */
int
extra_certificates_load(struct extra_certificates **, const struct config *);
/* Gives up a reference; contexts have their own. NULL is fine. */
void extra_certificates_free(struct extra_certificates *);
/* Have the context choose from them. Returns 0, or -1 (reported). */
int extra_certificates_install(struct extra_certificates *, SSL_CTX *);

#endif
