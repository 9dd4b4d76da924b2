/*
 * -security_debug: what the security level allows and refuses, in the stock
 * program's lines on TEXT_ERR.
 */
#ifndef SECURITY_DEBUG_H
#define SECURITY_DEBUG_H

#include <openssl/ssl.h>

struct config;

/* Before anything is put into the context, so that this is judged aloud too. */
void security_debug_install(SSL_CTX *, const struct config *);

#endif
