/*
 * A connection of the load client until the end of its handshake: connect,
 * early data, handshake, and the check that the handshake is as required. Each
 * state has a step, which never blocks.
 */
#ifndef CLIENT_SHAKE_H
#define CLIENT_SHAKE_H

#include <stdbool.h>

#include "client.h"
#include "client_end.h"

enum client_step client_connect(struct client *);
enum client_step client_early(struct client *);
enum client_step client_handshake(struct client *);
/* Sends half a ClientHello. */
enum client_step client_mutter(struct client *);
/* Makes the SSL for the socket. Returns false if tls_reason() tells why. */
bool client_start_tls(struct client *);

#endif
