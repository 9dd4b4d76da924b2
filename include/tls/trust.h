/*
 * Whom the server trusts when it verifies clients and builds its own chains:
 * the options of CA files, directories and stores, and revocation lists.
 */
#ifndef TRUST_H
#define TRUST_H

#include <openssl/ssl.h>

struct config;

/*
 * -CAfile and its kin, or what the system trusts, and beside that the store of
 * -verifyCAfile and its kin, which then alone counts for clients. Both get the
 * revocation list, unless it is NULL. Returns 0, or -1 (reported).
 */
int trust_install(SSL_CTX *, const struct config *, X509_CRL *);
/*
 * The store of -chainCAfile and its kin, if any: from it, and not from those
 * above, the chains that are sent are completed. Returns 0, or -1 (reported).
 */
int trust_install_chain(SSL_CTX *, const struct config *);

#endif
