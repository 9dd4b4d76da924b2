/*
 * -session_store: the sessions of a connection in a store that several hosts
 * share. libssl wants sessions at once, and the store takes its time. So a
 * handshake that needs a session is suspended at its ClientHello until the
 * answer is there, and what the client gets with a new session is held back
 * until the store has it, so that a client that comes back to another host at
 * once is known there.
 *
 * Whatever the store does, a connection waits for it no longer than
 * -session_store_timeout, each time. A session that the store does not give by
 * then counts as missing.
 */
#ifndef SESSION_REMOTE_H
#define SESSION_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <openssl/ssl.h>

#include "resumption/session_offer.h"
#include "store/store.h"

struct loop_task;
struct services;
struct session_put;

enum remote_state {
	REMOTE_IDLE, /* nothing was asked in this handshake */
	REMOTE_ASKED,
	REMOTE_ANSWERED,
};

/* Part of each link with a store. */
struct session_remote {
	const struct services *services;
	struct loop_task *wake; /* runs the connection */
	bool *held; /* true: what libssl writes must not leave */
	bool cannot_wait; /* libssl would not suspend the handshake well */
	/* The session that this handshake asks for: */
	enum remote_state state;
	struct store_ask ask;
	struct session_key key;
	uint8_t *session; /* owned; NULL: the store has none */
	size_t size;
	int64_t time_shift_s; /* store.h */
	LIST_HEAD(session_puts, session_put) puts; /* to be answered */
};

/* Called by the master, before the fork, for each context of a server. */
void session_remote_install(SSL_CTX *);
/* Called by a worker, for a new SSL. */
struct session_remote *session_remote_open(
    SSL *, const struct services *, struct loop_task *wake, bool *held);
/* The connection ends. Nothing waits for the store any more. */
void session_remote_close(struct session_remote *);
/* The handshake is over: another one would ask anew. */
void session_remote_end(struct session_remote *);
/* libssl looks for this session. Returns NULL if there is none. */
SSL_SESSION *
session_remote_find(struct session_remote *, const uint8_t *id, size_t id_size);
/* Store a new session, whose DER this is, and hold back what is written. */
void session_remote_put(struct session_remote *, SSL_SESSION *,
    const uint8_t *data, size_t size, bool single_use);
/* The session is not good any more. Does nothing if the store has none. */
void session_remote_remove(struct store *, SSL_SESSION *);

#endif
