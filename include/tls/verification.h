/*
 * -verify and related options: asks clients for certificates and verifies them.
 */
#ifndef VERIFICATION_H
#define VERIFICATION_H

#include <openssl/ssl.h>

struct config;

/*
 * Give the context its trust anchors, the parameters of validation, the list of
 * CA names for clients, and a callback that prints the stock program's lines
 * about each certificate on TEXT_ERR. crl: from -CRL, or NULL. The context
 * keeps a pointer to the configuration. Returns 0, or -1 (reported).
 */
int verification_install(SSL_CTX *, const struct config *, X509_CRL *crl);

#endif
