/*
 * libssl's session callbacks onto the shared session cache. The cache is
 * always external to libssl: its own one would know this process's sessions
 * only, and would hand out a session that another worker has removed.
 */
#ifndef RESUMPTION_H
#define RESUMPTION_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct config;
struct services;
struct shared;

/* Part of each connection. */
struct resumption {
	const struct services *services;
	bool by_id; /* the session cache had the session it offered */
};

/* In the master, before the fork. */
void resumption_install(SSL_CTX *, const struct config *, struct shared *);
/* In a worker, for a new SSL. */
void resumption_attach(struct resumption *, SSL *, const struct services *);

#endif
