/*
 * The session store of -session_store: a Redis or Valkey server that several
 * hosts share. Each worker has one connection to it, and whatever the worker
 * asks goes out in one pipeline. Nothing here waits: the loop calls the asker
 * when the answer is there, or when the deadline of -session_store_timeout is
 * over.
 *
 * What is put or taken is written at most once. If the connection breaks before
 * the answer, the asker hears STORE_FAILED and nobody knows what the store did.
 */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_ID_MAX 32 /* bytes of a session ID */

struct services;
struct store;
struct store_access;

enum store_verdict {
	STORE_FOUND, /* get, take: here is the session */
	STORE_MISSED, /* get, take: no such session; put: the ID is in use */
	STORE_DONE, /* put: the store has the session */
	STORE_FAILED, /* too late, no connection, or an error */
};

struct store_answer {
	enum store_verdict verdict;
	/* In DER, if FOUND. Valid until heard returns. */
	const uint8_t *session;
	size_t size;
	/*
	 * The session is of single use, and this run of the store has it from
	 * its own memory: nobody else has taken it, or ever will.
	 */
	bool single_use_is_sure;
	/*
	 * If FOUND: what to add to the time of the session
	 * (SSL_SESSION_set_time), which is that of the host that put it, to
	 * have it by the clock of this host.
	 */
	int64_t time_shift_s;
	int64_t took_us; /* since the question */
};

/* A question; part of the asker. Zeroed, or with the first two fields set. */
struct store_ask {
	/* Called from the loop, once, never from within store_get and so on. */
	void (*heard)(void *arg, const struct store_answer *);
	void *arg;
	struct store_command *command; /* NULL: nothing is asked */
	/* What the last one came to, if any was answered: */
	bool is_answered;
	enum store_verdict verdict;
	int64_t took_us;
};

/* Returns NULL without -session_store. Both must stay as long as the store. */
struct store *store_open(const struct services *, const struct store_access *);
/* What was asked still goes out, if it can at once, but nobody hears of it. */
void store_close(struct store *);

void store_get(
    struct store *, struct store_ask *, const uint8_t *id, size_t id_size);
/* Get it, and remove it: of several that take, at most one finds it. */
void store_take(
    struct store *, struct store_ask *, const uint8_t *id, size_t id_size);
/*
 * The session is copied. single_use: it will be taken, not got. More than
 * STORE_SESSION_MAX bytes (store_value.h) are not put: FAILED.
 */
void
store_put(struct store *, struct store_ask *, const uint8_t *id, size_t id_size,
    const uint8_t *session, size_t size, int64_t lifetime_ms, bool single_use);
/*
 * Nobody waits for that. While there is no connection removals are kept, the
 * newest 10,000.
 */
void store_remove(struct store *, const uint8_t *id, size_t id_size);
/*
 * Are there removals that wait for their turn to be sent? They do not wait for
 * a store that does not answer, for it loses its connection after a deadline.
 */
bool store_has_removals(const struct store *);
/* The asker is gone, and hears no more. Does nothing if nothing is asked. */
void store_forget(struct store_ask *);

#endif
