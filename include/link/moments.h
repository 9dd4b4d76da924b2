/*
 * When what happened on a link, and what its handshake messages told, for the
 * record of a connection (-log). It is a part of the link's witness.
 */
#ifndef MOMENTS_H
#define MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "resumption/session_maker.h"

struct ssl_message;

/* Times are those of monotime_us(); 0: it has not happened. */
struct moments {
	int64_t first_byte_us; /* the first bytes of the client were read */
	int64_t hello_us; /* its first ClientHello was whole */
	int64_t first_data_us, last_data_us; /* application data, either way */
	bool hello_retry; /* a HelloRetryRequest was sent */
	unsigned key_updates_in, key_updates_out;
	struct session_mark mark; /* who made the session that was resumed */
};

/* Called for each message of a handshake. The moments began all zero. */
void moments_hear(struct moments *, const struct ssl_message *, bool datagrams);

#endif
