/*
 * A peer of DTLS whose host says that nobody listens there. Anybody can forge
 * this message, so after the handshake it is only a hint. If the host says so
 * again a second later or more, and nothing authentic came meanwhile, the peer
 * has gone. If nothing else is sent meanwhile, the peer is sent the
 * HelloVerifyRequest again, which a living peer drops.
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"

struct connection;

struct refusal {
	int64_t since_ms; /* of the hint; 0: there is none */
	bool asked; /* something was sent to see if it is true */
	bool final; /* it is true: the connection ends */
	uint64_t written_bytes; /* on the socket, at the last refusal */
	struct loop_timer timer;
};

void refusal_init(struct connection *);
void refusal_stop(struct connection *);
/* Must be called after each step: looks for a new refusal. */
void refusal_look(struct connection *);
/* Something authentic came. Does nothing for TLS. */
void refusal_forget(struct connection *);

#endif
