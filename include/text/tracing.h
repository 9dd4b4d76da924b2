/*
 * -state, -msg, -trace and -debug: libssl's callbacks turned into the stock
 * program's lines.
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
 * Turns a record header that libssl writes into that on the wire: a copy, which
 * has room for the header, or the header itself.
 */
typedef const void *
tracing_header(void *arg, const void *header, uint8_t *copy);

/* Part of each link; all zero without these options. */
struct tracing {
	const struct config *config;
	tracing_header *header; /* NULL: libssl's headers are true */
	void *arg; /* of header */
	struct ssl_listener listener;
};

/*
 * Open -msgfile (O_APPEND, truncated) in the master, before the fork. Returns
 * 0, or -1 (reported: also if this libssl knows no -trace). Records are written
 * whole by whichever worker has one.
 */
int tracing_open(const struct config *);
/* Before the fork: what workers have to know of each other's writing. */
int tracing_share(struct file_tail_state *);
/* Its descriptor, or -1 without -msgfile. */
int tracing_fd(void);
/* In the master, at the end: says what was lost. */
void tracing_close(void);
/* Install on a new SSL what the configuration asks for. */
void tracing_attach(struct tracing *, struct ssl_events *, SSL *,
    const struct config *, tracing_header *, void *arg);
/*
 * -debug, called by the transport for each read and write that a blocking
 * socket would have completed: "read from 0x… [0x…] (5 bytes => 5 (0x5))" and
 * the dump, on TEXT_OUT. result as read(2) returns it.
 */
void tracing_io(bool is_write, const void *bio, const void *data, size_t asked,
    long result);

#endif
