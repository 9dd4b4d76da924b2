/*
 * A worker process: what it holds, and its life from the fork to the exit.
 */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "accept/acceptor.h"
#include "base/loop.h"
#include "connection/connection_state.h"
#include "foundation/channel.h"
#include "sessions/session_cache.h"
#include "shared/stats.h"
#include "text/outlet.h"
#include "tls/cookie.h"
#include "waiting/crl_cache.h"
#include "waiting/status.h"

struct config;
struct shared;
struct tickets;
struct tls_context;

/* What the master made before the fork; the arg of worker_run. */
struct worker_setup {
	const struct config *config;
	struct tls_context *tls; /* the newest; owned by main */
	struct shared *shared;
	struct tickets *tickets;
	int listener_fd;
	const char *address; /* where it listens, for the title */
	bool one_outlet; /* standard output and error are the same */
};

struct worker {
	const struct worker_setup *setup;
	unsigned slot; /* in all that is shared */
	unsigned number; /* what users call it */
	struct loop loop;
	struct channel control;
	struct loop_event control_event;
	uint32_t control_events; /* that it is registered for */
	struct outlet outlet[TEXT_OUTLETS];
	struct acceptor acceptor;
	struct cookie_maker cookies; /* of -stateless */
	struct loop_timer trim; /* memory that nobody needs */
	struct connection_list connections;
	struct status_list statuses; /* those that wait for one */
	struct crl_cache crls;
	/* Whose words text.h is given now; NULL: the worker's own. */
	struct connection *current;
	bool draining; /* exit when the last connection is gone */
	bool quitting; /* peers get no time to say goodbye */
	long hits; /* sessions that libssl found good, as counted */
	long too_old; /* and refused so */
	unsigned char body[MESSAGE_BODY_MAX]; /* of the message at hand */
	/* The session at hand: libssl's jobs have a small stack (async.h). */
	unsigned char session[SESSION_BYTES_MAX];
};

/* Serve until told to end, then exit: a process_main (process.h). */
_Noreturn void
worker_run(void *setup, unsigned slot, const struct channel_ends *);

/* Tell the master; a lost master ends the worker. */
void worker_say(struct worker *, enum message_type, uint64_t id);
void worker_say_opened(struct worker *, uint64_t id, bool held);
void worker_count(struct worker *, enum stats_counter);
void worker_add(struct worker *, enum stats_counter, uint64_t n);
/* Register the event for these, in place of the others. */
void worker_watch(
    struct worker *, struct loop_event *, uint32_t *events, uint32_t wanted);
/* A step is done: what was said stays together. */
void worker_end_step(struct worker *);

#endif
