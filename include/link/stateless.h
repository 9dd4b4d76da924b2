/*
 * With -stateless: a TLS 1.3 client is sent a cookie in a HelloRetryRequest
 * and shakes hands only once it has come back with it (RFC 8446, section
 * 4.2.2). The cookie is a MAC of the client's address under a secret that all
 * workers share. Only the interactive mode asks for it, as in the stock
 * program.
 */
#ifndef STATELESS_H
#define STATELESS_H

#include <openssl/ssl.h>

#include "link/handshake.h"

struct connection;
struct worker;

/* In a worker, after the fork. Returns 0, or -1 (reported). */
int stateless_open(struct worker *);
/* In the master, before the fork. */
void stateless_install(SSL_CTX *);
/*
 * HANDSHAKE_DONE: the client has shown the cookie, and handshake_step() is to
 * do the rest. A client of TLS 1.2 or older knows no cookies: its phase becomes
 * PHASE_IN_VAIN.
 */
enum handshake_result stateless_step(struct connection *);

#endif
