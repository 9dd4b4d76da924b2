/*
 * -servername: the second certificate for clients that ask for that name
 * (RFC 6066, section 3).
 */
#ifndef SNI_H
#define SNI_H

#include <openssl/ssl.h>

struct tls_context;

/* Both contexts of the struct tls_context keep a pointer to the struct. */
void sni_install(struct tls_context *);

#endif
