/*
 * A connection in a worker, from the inside. Handlers know connection.h only.
 *
 *	arrival
 *	   |  connection_start
 *	   v
 *	HELD ------> HANDSHAKE ----> OPEN ----> FLUSH
 *	   |  (console)  |             |          |
 *	   +-------------+-------------+----------+
 *	                 |  connection_begin_end, or a handshake that failed
 *	                 v
 *	             SHUTDOWN ----> CLOSED ----> freed at the end of the step
 *
 * Only connection_set_state() changes the state. Each call that comes from the
 * loop, the console or the worker begins with connection_enter().
 */
#ifndef CONNECTION_STATE_H
#define CONNECTION_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/loop.h"
#include "config/config.h"
#include "connection/connection.h"
#include "connection/typed.h"
#include "link/link.h"
#include "text/outlet.h"

/* After so long a silence the peer counts as gone, as in the stock program. */
#define CONNECTION_LINGER_MS 500
/* The same while the server quits. */
#define CONNECTION_LINGER_QUIT_MS 200
/*
 * The longest time, however much the peer still says. Also the time for the
 * kernel to take the rest of an answer, and for an engine to finish.
 */
#define CONNECTION_LINGER_TOTAL_MS 10000

/* Rounds of work before other connections have a turn. */
#define CONNECTION_BUDGET 8
/*
 * Records that are read in each of these rounds. With 8 of them four uploads at
 * once cost a third more: their senders fill the kernel's queues, and each read
 * makes the kernel move what is in them.
 */
#define CONNECTION_READS 64

/* Bytes that connection_describe_host() needs. */
#define CONNECTION_HOST_SIZE (CONFIG_LABEL_HOST_MAX + sizeof("host  "))

struct connections;
struct dtls_peer;
struct services;

enum connection_state {
	CONNECTION_HELD, /* until the master's message: see shared.h */
	CONNECTION_HANDSHAKE,
	CONNECTION_OPEN,
	CONNECTION_FLUSH, /* what is queued goes out, nothing is read */
	CONNECTION_SHUTDOWN, /* wait for the peer to go */
	CONNECTION_CLOSED, /* freed at the end of the step */
};

struct connection {
	TAILQ_ENTRY(connection) entry;
	struct connections *all;
	const struct services *services;
	enum connection_state state;
	uint64_t number; /* over all workers, in order of accepting */
	char *label; /* owned; NULL without -label */
	struct sockaddr_storage peer;
	socklen_t peer_size;

	/* The parts, each of which belongs to one module. */
	struct link link;
	struct typed typed; /* what the console wants of the connection */
	struct speaker speaker;
	struct dtls_peer *dtls; /* owned; NULL: a stream */

	const struct handler *handler;
	void *handler_data;
	bool deaf; /* the handler wants no more input */
	bool ends; /* the handler has closed before the handshake is done */
	bool owing; /* it ends; the kernel has not taken all its data */

	struct loop_event event;
	uint32_t events; /* that event is registered for */
	struct loop_event source; /* what the handler waits for */
	struct loop_timer timer; /* of the state */
	struct loop_timer total; /* -total_timeout */
	struct loop_task again; /* runs the connection in the next turn */
	int64_t active_ms; /* when bytes last moved on the socket */
	int64_t handshake_end_ms; /* -handshake_timeout; 0: not begun */
	int64_t shutdown_ms; /* when the shutdown began */
};

/*
 * Text that is written until the step ends is the connection's. Only this
 * function makes a speaker the current one.
 */
void connection_enter(struct connection *);
/* What is written from now on is the worker's. The connection may be gone. */
void connection_leave(const struct services *);
/* End the connection in order, whatever its state. */
void connection_end(struct connection *);
/* Run the connection in the next turn of the loop. */
void connection_resume(struct connection *);
/*
 * Run the connection at once, by its task: for the files that connection_run()
 * itself needs. The connection may be gone afterwards.
 */
void connection_go_on(struct connection *);

/*
 * For this folder only, from here on. Do what can be done now. Every event of a
 * connection leads here, and the connection may be gone afterwards.
 */
void connection_run(struct connection *);
void connection_end_step(struct connection *);
void connection_free(struct connection *);
/* -label: make the tag of the connection's lines, and its label. */
void connection_make_label(struct connection *);
/* Write the name of the peer, for messages. */
void connection_describe(const struct connection *, char *, size_t);
/* Write "host alpha " with -label_host, or "". */
void connection_describe_host(const struct connection *, char *, size_t);
void connection_init_timers(struct connection *);
void connection_stop_timers(struct connection *);
/* -total_timeout */
void connection_begin_total(struct connection *);
/* Change the state, and set the deadline of the new one. No other code does. */
void connection_set_state(struct connection *, enum connection_state);
/* Begin the shutdown: tell the handler and the peer; then the peer goes. */
void connection_begin_end(struct connection *, enum connection_end);
/* The handshake failed, and was counted as failed. */
void connection_fail(struct connection *);
/* Do what the handler wants; HANDLER_CLOSE ends the connection. */
void connection_obey(struct connection *, enum handler_verdict);
/* All that was queued is with the kernel: tell the console and the handler. */
void connection_pushed(struct connection *);
/*
 * Call the handler's blocked if a blocking read would have returned without
 * data here.
 */
void connection_tell_renegotiated(struct connection *);

#endif
