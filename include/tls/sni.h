/*
 * -servername: the second certificate for clients that ask for that name
 * (RFC 6066, section 3).
 */
#ifndef SNI_H
#define SNI_H

#include <openssl/ssl.h>

struct tls_context;

/* Both contexts keep a pointer to the first argument. */
void sni_install(struct tls_context *);

#endif
