/*
 * libssl as a server that has one certificate sets it up.
 */
#ifndef SERVER_CONTEXT_H
#define SERVER_CONTEXT_H

#include <openssl/ssl.h>

/* PEM files. Ends the program with the reason if it cannot. */
SSL_CTX *server_context(const char *certificate, const char *key);
/* Ends the program with the reason that libssl has. */
_Noreturn void server_context_fail(const char *what);

#endif
