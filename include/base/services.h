/*
 * What a worker hands to its parts, in place of itself. worker.c fills the
 * set once, before the first connection; nothing in the set changes then.
 */
#ifndef SERVICES_H
#define SERVICES_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct cookie_maker;
struct counters;
struct loop;
struct outlets;
struct shared;
struct tickets;
struct tls_context;
struct uplink;
struct waiting;

struct services {
	struct loop *loop;
	struct counters *counters;
	struct uplink *uplink; /* to the master */
	struct outlets *outlets;
	struct waiting *waiting; /* for the fetcher */
	const struct config *config;
	struct tls_context *tls;
	struct shared *shared;
	const struct tickets *tickets;
	struct cookie_maker *cookies; /* of -stateless */
	int listener_fd;
	unsigned slot; /* the worker's, in all that is shared */
	unsigned number; /* by which users know the worker */
	/* The server ends: peers get no time to say goodbye. */
	const bool *quitting;
	/*
	 * Room for one session, of SESSION_BYTES_MAX bytes, to be used within
	 * one call: libssl's jobs have a small stack (async.h).
	 */
	uint8_t *session;
};

#endif
