/*
 * A connection of the load client after its handshake: the hold, the request,
 * the echo and the answer. Each state has a step, which never blocks.
 */
#ifndef CLIENT_TALK_H
#define CLIENT_TALK_H

#include "client.h"
#include "client_end.h"

/* Enters the first of the states below that has something to do. */
enum client_step client_exchange(struct client *);
enum client_step client_held(struct client *);
enum client_step client_send(struct client *);
enum client_step client_echo(struct client *);
enum client_step client_read(struct client *);
enum client_step client_await_end(struct client *);

#endif
