/*
 * The handshake of one connection, step by step, and what it counts.
 */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

struct connection;
struct worker;

enum handshake_result {
	HANDSHAKE_DONE,
	HANDSHAKE_WAIT, /* for the peer */
	HANDSHAKE_AGAIN, /* call again without waiting for the peer */
	HANDSHAKE_FAILED, /* the error queue tells why; it is counted */
};

enum handshake_result handshake_step(struct connection *);
/* Count sessions that libssl found too old since the last call. */
void handshake_count_too_old(struct worker *);

#endif
