/*
 * An SSL_CTX as a server with one certificate makes it.
 */
#ifndef SERVER_CONTEXT_H
#define SERVER_CONTEXT_H

#include <openssl/ssl.h>

/* The files are PEM files. Ends the program with the reason on failure. */
SSL_CTX *server_context(const char *certificate, const char *key);
/* Ends the program with the reason in libssl's queue. */
_Noreturn void server_context_fail(const char *what);

#endif
