/*
 * The handshake of a link, step by step.
 */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "link/link_result.h"
#include "link/stateless.h"
#include "resumption/resumption.h"
#include "shared/stats.h"
#include "text/tracing.h"
#include "waiting/async.h"
#include "waiting/crl_download.h"
#include "waiting/stapling.h"

struct link;
struct loop_task;
struct services;
struct witness;

/* Which function makes the next step of the handshake. */
enum handshake_phase {
	PHASE_EARLY_DATA, /* -early_data: read it */
	PHASE_LISTEN, /* -listen: see dtls.h */
	PHASE_COOKIE, /* -stateless: the client must show a cookie */
	PHASE_IN_VAIN, /* it cannot: finish, then count as failed */
	PHASE_LAST,
};

/* The part of a link for the handshake. */
struct shake {
	enum handshake_phase phase;
	bool early_heard; /* early data went to the handler */
	uint64_t early_bytes; /* read from the socket when early data ended */
	/* The parts of modules that libssl calls back. */
	struct ssl_events events;
	struct tracing tracing;
	struct resumption resumption;
	struct stateless stateless;
	struct async async;
	struct stapling stapling;
	struct crl_download crl_download;
	struct witness *witness; /* NULL: nobody needs one */
};

/* Go on with this phase. */
void handshake_begin(struct link *, enum handshake_phase);

/* Call SSL_do_handshake(3). Counts a failure. */
enum link_result handshake_step(struct link *);
/*
 * Must be called around every other call of libssl that drives the handshake.
 * handshake_before returns the argument unsent of handshake_stuck.
 * handshake_stuck may be called only after a result that is no success: it
 * tells what to do next, and counts a failure. It never returns LINK_ENDED.
 */
size_t handshake_before(struct link *);
enum link_result handshake_stuck(struct link *, int result, size_t unsent);
/* Count a failure, once a connection. Every failure is counted here. */
void handshake_fail(struct link *, enum stats_counter);
/*
 * An error ends a connection whose handshake is finished: explain it, if
 * somebody asks for that.
 */
void handshake_explain_end(struct link *);
/* Count early data, once, as accepted or rejected if that is known by now. */
void handshake_count_early(struct link *);
/* Count the sessions that libssl found good or too old since the last call. */
void handshake_count_sessions(const struct services *);

#endif
