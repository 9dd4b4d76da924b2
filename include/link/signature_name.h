/*
 * The names of signature algorithms that a handshake has used (RFC 8446,
 * section 4.2.3).
 */
#ifndef SIGNATURE_NAME_H
#define SIGNATURE_NAME_H

#include <stdbool.h>

#include <openssl/ssl.h>

#define SIGNATURE_NAME_SIZE 64

/*
 * Write the name, such as "ecdsa_secp256r1_sha256", of our signature or of the
 * client's. Returns false if libssl knows of none.
 */
bool signature_name(SSL *, bool ours, char name[SIGNATURE_NAME_SIZE]);

#endif
