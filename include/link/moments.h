/*
 * When what happened on a link, and what its handshake messages told, for the
 * record of a connection (-log). Without -log a link has none of this.
 */
#ifndef MOMENTS_H
#define MOMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "resumption/session_maker.h"
#include "text/ssl_events.h"

/* Times are those of monotime_us(); 0: it has not happened. */
struct moments {
	int64_t first_byte_us; /* the first bytes of the client were read */
	int64_t hello_us; /* its first ClientHello was whole */
	int64_t first_data_us, last_data_us; /* application data, either way */
	bool hello_retry; /* a HelloRetryRequest was sent */
	unsigned key_updates_in, key_updates_out;
	size_t header; /* bytes of a handshake message before its body */
	struct ssl_listener listener;
	struct session_mark mark; /* who made the session that was resumed */
};

/* Both parts must outlive the SSL, and the moments must be all zero. */
void moments_attach(struct moments *, struct ssl_events *, SSL *);

#endif
