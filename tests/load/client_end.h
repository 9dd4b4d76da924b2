/*
 * How a connection of the load client ends: well, with a report of what went
 * wrong, or not yet.
 */
#ifndef CLIENT_END_H
#define CLIENT_END_H

#include "client.h"

/* How an attempt to go on ended. */
enum client_step {
	STEP_AGAIN, /* the state has changed, or there may be more */
	STEP_WAIT, /* for the socket */
};

/*
 * Say goodbye, and let the server finish: to close with unread tickets would
 * be a reset, an error in the eyes of the server.
 */
enum client_step client_succeed(struct client *);
/* Reported, with the state in which it happened. */
enum client_step client_fail(struct client *, const char *why);
/* After a call that returned n and so did not go through. */
enum client_step client_wait_or_fail(struct client *, int n);
/* The step of CLIENT_CLOSE: what the server still sends is read. */
enum client_step client_drain(struct client *);
/* The step of CLIENT_OVER: there is nothing to do. */
enum client_step client_over(struct client *);

#endif
