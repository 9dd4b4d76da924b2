/*
 * The plaintext of a link in both directions: after the handshake, and for
 * answers to early data before that.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "link/link.h"

#define STREAM_RECORD (16 * 1024) /* RFC 8446, section 5.1 */

/* Queue plaintext for the peer. */
void stream_send(struct link *, const void *data, size_t size);
/* The same without a copy: fill the space, then queue size bytes of it. */
void *stream_space(struct link *, size_t size);
void stream_filled(struct link *, size_t size);
/* Returns how many bytes are unsent, of plaintext and in the transport. */
size_t stream_unsent(const struct link *);
/* Returns true if so much is queued that nothing may be added. */
bool stream_congested(const struct link *);

/*
 * Send what is queued. Returns LINK_DONE if all is with the kernel, or will be
 * at the end of the step.
 */
enum link_result stream_push(struct link *);
/*
 * Call SSL_do_handshake(3) for what was asked for on an open connection, and
 * return its value. Sends and does not wait: stream_pull reads the peer's part.
 */
int stream_handshake(struct link *);
/* Read once, at most STREAM_RECORD bytes. LINK_DONE: *size bytes came. */
enum link_result stream_pull(struct link *, void *data, size_t *size);

#endif
