/*
 * -cert_comp: certificates that are compressed once, at the start, for clients
 * that take them so (RFC 8879). libssl compresses none of a server's by itself.
 */
#ifndef COMPRESSED_CERTIFICATES_H
#define COMPRESSED_CERTIFICATES_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct config;

/* Was the library that runs built with an algorithm for it? */
bool compressed_certificates_exist(void);

/*
 * To be called when both contexts have their certificates with their chains.
 * ctx2 may be NULL. What cannot be compressed is reported, and sent as it is.
 */
void compressed_certificates_make(
    SSL_CTX *ctx, SSL_CTX *ctx2, const struct config *);

#endif
