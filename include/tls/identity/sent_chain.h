/*
 * The chain that is sent with a certificate. If none was given, libssl would
 * make one in each handshake from the certificates that it trusts, and read
 * their directory each time. This module makes the chain once.
 */
#ifndef SENT_CHAIN_H
#define SENT_CHAIN_H

#include <openssl/ssl.h>

/*
 * Make the chains for all certificates of the context. To be called when its
 * stores are complete. If libssl refuses a chain, libssl still makes it in each
 * handshake.
 */
void sent_chain_fix(SSL_CTX *);

#endif
