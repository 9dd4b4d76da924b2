/*
 * -state, -msg, -trace and -debug: prints the stock program's lines when libssl
 * calls back.
 */
#ifndef TRACING_H
#define TRACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "text/ssl_events.h"

struct config;
struct file_tail_state;

/*
 * Turns a record header that libssl writes into the header on the wire. Returns
 * the header itself, or copy, which has room for it.
 */
typedef const void *
tracing_header(void *arg, const void *header, uint8_t *copy);

/* Part of each link; all zero without these options. */
struct tracing {
	const struct config *config;
	tracing_header *header; /* NULL: libssl's headers are as on the wire */
	void *arg; /* of header */
	struct ssl_listener listener;
};

/*
 * Called by the master, before the fork: opens -msgfile (O_APPEND, truncated).
 * Returns 0, or -1 (reported), also if this libssl has no -trace. Each worker
 * writes its records whole.
 */
int tracing_open(const struct config *);
/* Called before the fork, with the state that all writers of -msgfile share. */
int tracing_share(struct file_tail_state *);
/* Returns the descriptor of -msgfile, or -1. */
int tracing_fd(void);
/* Called by the master, at the end: reports what was lost. */
void tracing_close(void);
/* Set the callbacks of a new SSL for the options that are given. */
void tracing_attach(struct tracing *, struct ssl_events *, SSL *,
    const struct config *, tracing_header *, void *arg);
/*
 * -debug: a transport_trace (transport.h). Prints "read from 0x… [0x…] (5 bytes
 * => 5 (0x5))" and the dump, on TEXT_OUT.
 */
void tracing_io(bool is_write, const void *bio, const void *data, size_t asked,
    long result);

#endif
