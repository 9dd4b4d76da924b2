/*
 * The plaintext of a connection that is shaken hands with, both ways, and what
 * answers early data before it is.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "link/link.h"

#define STREAM_RECORD (16 * 1024) /* RFC 8446, section 5.1 */

/* Queue plaintext for the peer. */
void stream_send(struct link *, const void *data, size_t size);
/* The same from where it stands: fill the room, then queue what came. */
void *stream_space(struct link *, size_t size);
void stream_filled(struct link *, size_t size);
/* Bytes queued, by stream_send or below it, that are not sent yet. */
size_t stream_unsent(const struct link *);
/* So much is queued that nothing shall be done that could add to it. */
bool stream_congested(const struct link *);

/* Send what is queued. LINK_DONE: all is with the kernel. */
enum link_result stream_push(struct link *);
/*
 * SSL_do_handshake(3) for what was asked for on an open connection, and its
 * value. It sends and does not wait: the peer's part is for stream_pull.
 */
int stream_handshake(struct link *);
/* Read once, at most STREAM_RECORD bytes. LINK_DONE: see size. */
enum link_result stream_pull(struct link *, void *data, size_t *size);

#endif
