/*
 * The handshake of one connection, step by step, and what it counts.
 */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include <stddef.h>

#include "shared/stats.h"

struct connection;
struct worker;

enum handshake_result {
	HANDSHAKE_DONE,
	HANDSHAKE_WAIT, /* for the peer */
	HANDSHAKE_SUSPENDED, /* for somebody else, who wakes the connection */
	HANDSHAKE_AGAIN, /* call again without waiting for the peer */
	HANDSHAKE_FAILED, /* the error queue tells why; it is counted */
};

enum handshake_result handshake_step(struct connection *);
/* It failed for a reason that no step has told. */
void handshake_count_failure(struct connection *, enum stats_counter);
/* Count sessions that libssl found good, or too old, since the last call. */
void handshake_count_sessions(struct worker *);

/*
 * Around any other call of libssl that drives the handshake: what before
 * returns is the unsent of stuck, which tells what to do after a result that
 * is no success, and counts a failure.
 */
size_t handshake_before(struct connection *);
enum handshake_result
handshake_stuck(struct connection *, int result, size_t unsent);

#endif
