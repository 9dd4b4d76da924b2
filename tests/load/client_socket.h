/*
 * What a connection of the load client reads from its socket, through TLS or
 * without it, and what was in the way.
 */
#ifndef CLIENT_SOCKET_H
#define CLIENT_SOCKET_H

#include "client.h"

/*
 * More of the answer: 1; 0: the server closed in order; -1: *trouble is for
 * client_trouble or client_wait_or_fail.
 */
int client_receive(struct client *, int *trouble);
/* Why the call that returned n did not go through; NULL: it has to wait. */
const char *client_trouble(struct client *, int n);
/* All bytes of its SSL so far; before that is freed. */
void client_count_bytes(struct client *);

#endif
