/*
 * A certificate for a first try: ECDSA P-256 for localhost, made in memory.
 */
#ifndef SELF_SIGNED_H
#define SELF_SIGNED_H

#include <openssl/evp.h>
#include <openssl/x509.h>

/*
 * The same ones each time. Returns 0, with references that are the caller's,
 * or -1 (reported).
 */
int self_signed_make(X509 **, EVP_PKEY **);
void self_signed_close(void);

#endif
