/*
 * The plaintext of a connection that is shaken hands with, both ways, and what
 * answers early data before it is.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>

struct connection;

enum stream_result {
	STREAM_DONE, /* push: all is with the kernel; pull: see size */
	STREAM_WAIT, /* for the peer */
	STREAM_AGAIN, /* call again without waiting for the peer */
	STREAM_ENDED, /* the peer's close_notify */
	STREAM_FAILED, /* the error queue tells why */
};

#define STREAM_RECORD (16 * 1024) /* RFC 8446, section 5.1 */

/* Bytes queued, by connection_send or below it, that are not sent yet. */
size_t stream_unsent(const struct connection *);
/* So much is queued that nothing shall be done that could add to it. */
bool stream_congested(const struct connection *);

/* Send what is queued. */
enum stream_result stream_push(struct connection *);
/*
 * SSL_do_handshake(3) for what was asked for on an open connection, and its
 * value. It sends and does not wait: the peer's part is for stream_pull.
 */
int stream_handshake(struct connection *);
/* Read once, at most STREAM_RECORD bytes. */
enum stream_result stream_pull(struct connection *, void *data, size_t *size);

#endif
