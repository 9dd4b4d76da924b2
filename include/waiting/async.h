/*
 * -async: a handshake whose engine is not done yet. libssl runs it as a job on
 * a stack of its own, of 32 KiB, callbacks included, and leaves the job where
 * the engine pauses it; the worker goes on, and takes the job up again when a
 * descriptor of the engine's says so.
 *
 * Only handshakes are jobs, not what follows: a job that reads or writes data
 * would keep the caller's buffers.
 */
#ifndef ASYNC_H
#define ASYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "waiting/waiter.h"

struct services;

struct async {
	const struct services *services;
	SSL *ssl;
	struct waiter waiter; /* waits: the job must not be asked yet */
	bool paused; /* libssl holds a job */
	bool looks; /* what it waits for now is told by no descriptor */
	struct loop_event *events; /* the descriptors of the job */
	size_t count;
	uint8_t *buffer; /* for early data; NULL: not needed yet */
};

/* wake: runs the handshake, which goes on with the job. */
void async_init(
    struct async *, SSL *, const struct services *, struct loop_task *wake);
/* A job that is paused still is lost with its memory. */
void async_free(struct async *);
/*
 * In a job of the connection's: leave it for what is no engine's matter, and is
 * looked for now and then. False: it cannot be left.
 */
bool async_pause(struct async *);
/* Before libssl is called: it will go on with the job, if there is one. */
void async_before(struct async *);
/* libssl returned this error, SSL_ERROR_WANT_ASYNC or _ASYNC_JOB. */
void async_wait(struct async *, int error);
/*
 * The connection is over: go on with what is paused, as far as it gets. False:
 * it is not done, and the connection will be run again.
 */
bool async_finish(struct async *);
/* With -async, for what comes: jobs, which SSL_stateless cannot be. */
void async_begin(struct async *);
/* The handshake is over: the connection goes on without jobs. */
void async_end(struct async *);
/* Where a job can read to: local, unless it may outlive the caller. */
uint8_t *async_buffer(struct async *, uint8_t *local, size_t size);

#endif
