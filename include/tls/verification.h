/*
 * Asking clients for certificates and judging them: -verify and its kin.
 */
#ifndef VERIFICATION_H
#define VERIFICATION_H

#include <openssl/ssl.h>

struct config;

/*
 * Trust anchors, the parameters of validation, the list of CA names that
 * clients are sent, and the stock program's lines about each certificate on
 * TEXT_ERR. crl: of -CRL, or NULL. The context keeps a pointer to the
 * configuration. Returns 0, or -1 (reported).
 */
int verification_install(SSL_CTX *, const struct config *, X509_CRL *crl);

#endif
