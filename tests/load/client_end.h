/*
 * The end of a connection of the load client: with success or with a report of
 * the failure.
 */
#ifndef CLIENT_END_H
#define CLIENT_END_H

#include "client.h"

/* The result of a step. */
enum client_step {
	STEP_AGAIN, /* the state has changed, or more may be possible */
	STEP_WAIT, /* the connection must wait for its socket */
};

/*
 * Send close_notify, and read until the server closes: a close with unread
 * tickets would reset the connection, which the server counts as an error.
 */
enum client_step client_succeed(struct client *);
/* The connection failed; reports this with the current state. */
enum client_step client_fail(struct client *, const char *why);
/* To be called after a call that returned n, which is no success. */
enum client_step client_wait_or_fail(struct client *, int n);
/* The step of CLIENT_CLOSE: reads what the server still sends. */
enum client_step client_drain(struct client *);
/* The step of CLIENT_OVER: does nothing. */
enum client_step client_over(struct client *);

#endif
