/*
 * A peer of DTLS whose host says that nobody listens there. Anybody can forge
 * the message, which is not protected, so after the handshake it is only a
 * hint. If its host says the same a second later or more, and nothing authentic
 * came meanwhile, it has gone. A peer that is sent nothing meanwhile is sent
 * what it has had before and drops, the HelloVerifyRequest.
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"

struct connection;

struct refusal {
	int64_t since_ms; /* of the hint; 0: there is none */
	bool asked; /* whether it is still so */
	bool final; /* it is: the connection ends */
	uint64_t written_bytes; /* on the socket, when it was last refused */
	struct loop_timer timer;
};

void refusal_init(struct connection *);
void refusal_stop(struct connection *);
/* After each turn: is there one? */
void refusal_look(struct connection *);
/* Something authentic came. Does nothing for TLS. */
void refusal_forget(struct connection *);

#endif
