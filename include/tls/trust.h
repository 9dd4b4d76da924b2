/*
 * The certificates that the server trusts when it verifies clients and builds
 * its own chains: the options for CA files, directories and stores, and
 * revocation lists.
 */
#ifndef TRUST_H
#define TRUST_H

#include <openssl/ssl.h>

struct config;

/*
 * Install the certificates of -CAfile, -CApath and -CAstore, or those that the
 * system trusts; and the store of -verifyCAfile, -verifyCApath and
 * -verifyCAstore, if given, which then replaces the first one when clients are
 * verified. Both get the revocation list, unless it is NULL. Returns 0, or -1
 * (reported).
 */
int trust_install(SSL_CTX *, const struct config *, X509_CRL *);
/*
 * Install the store of -chainCAfile, -chainCApath and -chainCAstore, if given.
 * Chains that are sent are then completed from this store only. Returns 0, or
 * -1 (reported).
 */
int trust_install_chain(SSL_CTX *, const struct config *);

#endif
