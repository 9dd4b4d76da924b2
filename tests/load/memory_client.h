/*
 * A client of DTLS whose datagrams its owner carries.
 */
#ifndef MEMORY_CLIENT_H
#define MEMORY_CLIENT_H

#include <openssl/ssl.h>

/*
 * About to shake hands, with a memory BIO for each direction, and datagrams of
 * so many bytes at most. Ends the program if there is no memory.
 */
SSL *memory_client(long mtu);

#endif
