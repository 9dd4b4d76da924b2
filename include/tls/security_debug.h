/*
 * -security_debug: prints what the security level allows and refuses, with the
 * stock program's lines, on TEXT_ERR.
 */
#ifndef SECURITY_DEBUG_H
#define SECURITY_DEBUG_H

#include <openssl/ssl.h>

struct config;

/*
 * To be called before anything is put into the context, so that decisions about
 * that are printed, too.
 */
void security_debug_install(SSL_CTX *, const struct config *);

#endif
