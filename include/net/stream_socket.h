/*
 * A transport (transport.h) over a connected socket of a stream: TCP or UNIX.
 */
#ifndef STREAM_SOCKET_H
#define STREAM_SOCKET_H

#include <stdbool.h>

#include "net/transport.h"

/* The kind of a transport over a stream. */
extern const struct transport_kind stream_socket_kind;

/*
 * Read and drop what the peer still sends, but only a part if there is much:
 * then can_read stays set. Returns true if the peer has ended.
 */
bool stream_socket_discard(struct transport *);
/* Ask the socket, and set can_read, which may be set in vain. */
void stream_socket_look(struct transport *);

#endif
