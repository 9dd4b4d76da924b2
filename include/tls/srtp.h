/*
 * -use_srtp: protection profiles for SRTP (RFC 5764), which exist in DTLS only.
 */
#ifndef SRTP_H
#define SRTP_H

#include <openssl/ssl.h>

struct config;

/* Returns 0, or -1 (reported). */
int srtp_install(SSL_CTX *, const struct config *);

#endif
