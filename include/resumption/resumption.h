/*
 * libssl's session callbacks onto the shared session cache. The cache is
 * always external to libssl: its own one would know this process's sessions
 * only, and would hand out a session that another worker has removed.
 */
#ifndef RESUMPTION_H
#define RESUMPTION_H

#include <openssl/ssl.h>

struct config;
struct shared;

/* In the master, before the fork. */
void resumption_install(SSL_CTX *, const struct config *, struct shared *);

#endif
