/*
 * What a worker hands to its parts, so that they need not know the worker.
 * worker.c fills the set once, before the first connection; after that nothing
 * in it changes.
 */
#ifndef SERVICES_H
#define SERVICES_H

#include <stdbool.h>
#include <stdint.h>

struct card_holder;
struct config;
struct cookie_maker;
struct counters;
struct loop;
struct outlets;
struct page_store;
struct record_log;
struct shared;
struct store;
struct tickets;
struct tls_context;
struct uplink;
struct waiting;

struct services {
	struct loop *loop;
	struct counters *counters;
	struct card_holder *cards; /* NULL: no connection has a card */
	struct uplink *uplink; /* to the master */
	struct outlets *outlets;
	struct record_log *record_log; /* NULL: no -log */
	struct waiting *waiting; /* for the fetcher */
	const struct config *config;
	struct tls_context *tls;
	struct shared *shared;
	const struct tickets *tickets;
	struct store *store; /* NULL: no -session_store */
	struct page_store *pages; /* NULL: no files are served */
	struct cookie_maker *cookies; /* of -stateless */
	int listener_fd;
	unsigned slot; /* the worker's, in all shared memory */
	unsigned number; /* of the worker, as users see it */
	/* True: the server ends, and peers get no time to say goodbye. */
	const bool *quitting;
	/*
	 * Room for one session, of SESSION_BYTES_MAX bytes, to be used within
	 * one call. Not on the stack, because the stack of libssl's jobs is
	 * small (async.h).
	 */
	uint8_t *session;
};

#endif
