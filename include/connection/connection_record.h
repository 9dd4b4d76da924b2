/*
 * The lines of -log that a worker writes: one when a connection has ended, and
 * with -log_events also when it was accepted and when its handshake is over.
 */
#ifndef CONNECTION_RECORD_H
#define CONNECTION_RECORD_H

struct connection;
struct services;

/* A connection begins. Does nothing without -log, as the next two. */
void connection_record_open(struct connection *);
/* Its first handshake is over, well or not. */
void connection_record_handshake(struct connection *);
/* It is gone, and counted as ended. Its card is given up. */
void connection_record_end(struct connection *);

#endif
