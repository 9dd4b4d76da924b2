/*
 * Reads from the socket of a connection of the load client, with TLS or without
 * it, and finds the reasons of failures.
 */
#ifndef CLIENT_SOCKET_H
#define CLIENT_SOCKET_H

#include "client.h"

/*
 * Read more of the answer. Returns 1; 0 if the server closed in order; or -1
 * with a *trouble for client_trouble or client_wait_or_fail.
 */
int client_receive(struct client *, int *trouble);
/* Returns why the call that returned n failed, or NULL if it has to wait. */
const char *client_trouble(struct client *, int n);
/* Counts all bytes of the SSL; to be called before the SSL is freed. */
void client_count_bytes(struct client *);

#endif
