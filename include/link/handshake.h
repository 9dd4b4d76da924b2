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

/* Whose turn it is until the handshake is done. */
enum handshake_phase {
	PHASE_EARLY_DATA, /* -early_data: is there any? */
	PHASE_LISTEN, /* -listen: see dtls.h */
	PHASE_COOKIE, /* -stateless: the client has to show one */
	PHASE_IN_VAIN, /* it cannot: shake hands, then count as failed */
	PHASE_LAST,
};

/* The part of a link that shakes hands. */
struct shake {
	enum handshake_phase phase;
	bool done;
	bool early_heard; /* early data came, and was wanted */
	uint64_t early_bytes; /* read from the socket when early data ended */
	/* Of the modules that libssl calls back. */
	struct ssl_events events;
	struct tracing tracing;
	struct resumption resumption;
	struct stateless stateless;
	struct async async;
	struct stapling stapling;
	struct crl_download crl_download;
};

/* The handshake goes on with this phase. */
void handshake_begin(struct link *, enum handshake_phase);

/* SSL_do_handshake(3). A failure is counted. */
enum link_result handshake_step(struct link *);
/*
 * Around any other call of libssl that drives the handshake: what before
 * returns is the unsent of stuck, which tells what to do after a result that
 * is no success, and counts a failure. Never LINK_ENDED.
 */
size_t handshake_before(struct link *);
enum link_result handshake_stuck(struct link *, int result, size_t unsent);
/* The handshake failed for a reason that no step has told. */
void handshake_fail(struct link *, enum stats_counter);
/* As soon as it is known: was early data accepted? May be called again. */
void handshake_count_early(struct link *);
/* Count sessions that libssl found good, or too old, since the last call. */
void handshake_count_sessions(const struct services *);

#endif
