/*
 * The chain that is sent with a certificate. Where none was given libssl makes
 * one anew for each handshake out of the certificates it trusts, and reads the
 * folder of these each time; it is made once here.
 */
#ifndef SENT_CHAIN_H
#define SENT_CHAIN_H

#include <openssl/ssl.h>

/*
 * For all certificates of the context, when its stores are complete. One that
 * libssl takes exception to is left for libssl to make, in each handshake.
 */
void sent_chain_fix(SSL_CTX *);

#endif
