/*
 * A certificate for a first try: self-signed, ECDSA P-256, for localhost, made
 * in memory.
 */
#ifndef SELF_SIGNED_H
#define SELF_SIGNED_H

#include <openssl/evp.h>
#include <openssl/x509.h>

/*
 * Make the certificate and its key; later calls return the same ones. Returns 0
 * with references that the caller frees, or -1 (reported).
 */
int self_signed_make(X509 **, EVP_PKEY **);
void self_signed_close(void);

#endif
