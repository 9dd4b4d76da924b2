/*
 * -async: a handshake that waits for its engine. libssl runs the handshake as a
 * job on a stack of its own of 32 KiB, callbacks included. When the engine
 * pauses the job, libssl returns and the worker goes on; when a descriptor of
 * the engine is readable, the worker goes on with the job.
 *
 * Only handshakes are jobs. A job that reads or writes data would keep the
 * caller's buffers.
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
	struct waiter waiter; /* while it waits, the job must not be called */
	bool paused; /* libssl holds a job */
	bool looks; /* the job waits for something without descriptor */
	struct loop_event *events; /* the descriptors of the job */
	size_t count;
	uint8_t *buffer; /* for early data; NULL: not needed yet */
};

/* wake must run the handshake, which goes on with the job. */
void async_prepare(
    struct async *, SSL *, const struct services *, struct loop_task *wake);
/* The memory of a job that is still paused is lost. */
void async_free(struct async *);
/*
 * May be called only inside a job of the connection: pauses the job to wait for
 * something other than the engine. The job is called again after a short time.
 * Returns false if the job cannot be paused.
 */
bool async_pause(struct async *);
/*
 * Must be called before each call of libssl for the handshake, which goes on
 * with a paused job.
 */
void async_before(struct async *);
/* libssl returned SSL_ERROR_WANT_ASYNC or _ASYNC_JOB: begin to wait. */
void async_wait(struct async *, int error);
/*
 * The connection is over: go on with a paused job, as far as possible. Returns
 * false if it is not done; the connection will be run again.
 */
bool async_finish(struct async *);
/*
 * From now on the handshake runs as a job, if an option needs jobs.
 * SSL_stateless(3) cannot run as a job.
 */
void async_begin(struct async *);
/* The handshake is over: no more jobs from now on. */
void async_end(struct async *);
/*
 * Returns a buffer for a job to read into: local, or one of the connection if
 * the job may outlive the caller.
 */
uint8_t *async_buffer(struct async *, uint8_t *local, size_t size);

#endif
