/*
 * libssl's session callbacks, which use the shared session cache. libssl's own
 * cache is never used: it would know only this process's sessions, and would
 * return a session that another worker has removed.
 */
#ifndef RESUMPTION_H
#define RESUMPTION_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct config;
struct services;
struct shared;

/* Part of each link. */
struct resumption {
	const struct services *services;
	bool by_id; /* the client's session was in the cache */
};

/* Called by the master, before the fork. */
void resumption_install(SSL_CTX *, const struct config *, struct shared *);
/* Called by a worker, for a new SSL. */
void resumption_attach(struct resumption *, SSL *, const struct services *);

#endif
