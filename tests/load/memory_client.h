/*
 * A DTLS client that does not use a socket: its owner carries its datagrams.
 */
#ifndef MEMORY_CLIENT_H
#define MEMORY_CLIENT_H

#include <openssl/ssl.h>

/*
 * Returns a client before its handshake, with a memory BIO for each direction.
 * Its datagrams have at most mtu bytes. Ends the program if there is no memory.
 */
SSL *memory_client(long mtu);

#endif
