/*
 * libssl's session callbacks, which use the shared session cache or, with
 * -session_store, the store alone. libssl's own cache is never used: it would
 * know only this process's sessions, and would return a session that another
 * worker has removed.
 */
#ifndef RESUMPTION_H
#define RESUMPTION_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct config;
struct loop_task;
struct services;
struct session_remote;
struct tls_context;

/* Part of each link. */
struct resumption {
	const struct services *services;
	bool by_id; /* the client's session was in the cache */
	struct session_remote *remote; /* owned; NULL: no -session_store */
};

/* Called by the master, before the fork. */
void resumption_install(const struct tls_context *);
/* Called by a worker, before the first connection. */
void resumption_begin(const struct services *);
/*
 * Called by a worker, for a new SSL. wake runs the connection. *held is set
 * while what libssl writes must not leave.
 */
void resumption_attach(struct resumption *, SSL *, const struct services *,
    struct loop_task *wake, bool *held);
/* May the handshake be suspended? At first it may. */
void resumption_may_wait(struct resumption *, bool);
/* The handshake is over. */
void resumption_end(struct resumption *);
void resumption_free(struct resumption *);

#endif
