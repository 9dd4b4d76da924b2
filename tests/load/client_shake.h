/*
 * A connection of the load client until its handshake is done: the connect,
 * early data, the handshake, and whether it is the one that was asked for. Each
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
/* The half ClientHello. */
enum client_step client_mutter(struct client *);
/* Ready to shake hands over its socket. False: tls_reason() says why not. */
bool client_start_tls(struct client *);

#endif
