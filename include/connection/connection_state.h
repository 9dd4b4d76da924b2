/*
 * A connection in a worker, from the inside: what the worker, the acceptor and
 * the handshake see of it. Handlers know connection.h only.
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
#include "foundation/textbuf.h"
#include "net/refusal.h"
#include "net/transport.h"
#include "tls/dtls_cookie.h"
#include "waiting/async.h"

/* As the stock program: silence after which the peer counts as gone. */
#define CONNECTION_LINGER_MS 500
/* And while the server quits. */
#define CONNECTION_LINGER_QUIT_MS 200
/*
 * However much it says, for what the kernel does not take of an answer that it
 * was sure to take, and for an engine that is at work for it.
 */
#define CONNECTION_LINGER_TOTAL_MS 10000

/* Bytes of what connection_describe_host() tells. */
#define CONNECTION_HOST_SIZE (CONFIG_LABEL_HOST_MAX + sizeof("host  "))

struct arrival;
struct status;

enum connection_state {
	CONNECTION_HELD, /* until the master has spoken: see shared.h */
	CONNECTION_HANDSHAKE,
	CONNECTION_OPEN,
	CONNECTION_FLUSH, /* what is queued goes out, nothing is read */
	CONNECTION_SHUTDOWN, /* all is said; waiting for the peer to go */
	CONNECTION_CLOSED, /* freed at the end of the step */
};

/* A unit of standard input that the peer does not have yet. */
enum connection_unit {
	UNIT_NONE,
	UNIT_QUEUED, /* done once it is flushed */
	UNIT_DROVE, /* it drove the handshake: done once the peer has spoken */
	UNIT_COMMAND, /* done once the command is carried out */
};

/* Whose turn it is in CONNECTION_HANDSHAKE. */
enum handshake_phase {
	PHASE_EARLY_DATA, /* -early_data: is there any? */
	PHASE_LISTEN, /* -listen: see dtls.h */
	PHASE_COOKIE, /* -stateless: the client has to show one */
	PHASE_IN_VAIN, /* it cannot: shake hands, then count as failed */
	PHASE_LAST,
};

struct connection {
	TAILQ_ENTRY(connection) entry;
	TAILQ_ENTRY(connection) pause_entry;
	struct worker *worker;
	uint64_t number; /* over all workers, in the order of accepting */
	char *label; /* NULL without -label */
	char tag[24]; /* of its lines, "[17] "; empty without -label */
	enum connection_state state;
	enum connection_unit unit;
	const struct command *command; /* to be carried out; NULL: none */
	bool counted; /* as an accept, in the statistics */
	bool by_id; /* the session cache had the session it offered */
	enum handshake_phase phase;
	bool cookie_sent; /* and nothing came since */
	bool met_console; /* the master knows that it is open */
	bool early_heard; /* some came */
	bool ends; /* its handler has closed it before the handshake is done */
	bool early_counted; /* in the statistics */
	unsigned spoke; /* in this step: a bit an outlet (outlet.h) */
	struct outlet *paused; /* that it waits for; NULL: none */
	bool renegotiates; /* a new handshake is asked for, or going on */
	bool renegotiated; /* and is over: the handler is to be told */
	bool deaf; /* its handler wants no more input */
	bool sending; /* the handler is to be told when all is flushed */
	bool owing; /* it ends, and the kernel did not take what it was to */
	SSL *ssl;
	const struct handler *handler;
	void *handler_data;
	struct transport transport;
	struct textbuf out; /* plaintext for the peer */
	size_t out_sent; /* of it, by SSL_write */
	struct loop_event event;
	uint32_t events; /* that event is registered for */
	struct loop_event source; /* what the handler waits for */
	struct loop_timer timer; /* of the state */
	struct loop_timer total; /* -total_timeout */
	struct refusal refusal; /* DTLS: the peer may have gone */
	struct loop_timer retransmit; /* DTLS: the peer does not answer */
	struct arrival *successor; /* who started anew here; NULL: nobody */
	uint8_t cookie[DTLS_COOKIE_SIZE]; /* DTLS: the peer's */
	bool half_open; /* DTLS: it has a place of that (half_open.h) */
	uint32_t in_pieces; /* DTLS: bytes of its ClientHello; 0: it came whole
			     */
	bool buffers_gone; /* DTLS: libssl's (dtls.h) */
	struct status *status; /* of our certificate; NULL: not asked for */
	struct async async;
	struct loop_task again; /* more to do than one step may */
	int64_t accepted_us;
	int64_t active_ms; /* when bytes last moved on the socket */
	int64_t handshake_end_ms; /* -handshake_timeout; 0: not begun */
	uint64_t early_bytes; /* read from the socket when early ended */
	int64_t shutdown_ms; /* when the shutdown began */
	struct sockaddr_storage peer;
	socklen_t peer_size;
};
TAILQ_HEAD(connection_list, connection);

/* Takes over the descriptor and the datagrams. */
void connection_start(struct worker *, const struct arrival *);
/* NULL: gone. */
struct connection *connection_find(struct worker *, uint64_t number);
/*
 * It can be the console connection from now on; what waits on standard input
 * comes before the handshake goes on.
 */
void connection_meet_console(struct connection *);
/* The master has nothing for it: shake hands. */
void connection_release(struct connection *);
/* One read of standard input; quit: and the server ends with it. */
void
connection_unit(struct connection *, const void *data, size_t size, bool quit);
/* End it in order, whatever its state. */
void connection_end(struct connection *);
/* Where it waited is room again. */
void connection_resume(struct connection *);
/* True if the console can be its: see config_uses_console. */
bool connection_on_console(const struct connection *);

/*
 * Between connection.c (its life), connection_step.c (its work) and
 * connection_time.c (its deadlines): do what can be done now. Everything that
 * happens to a connection ends here, and it may be gone afterwards.
 */
void connection_run(struct connection *);
void connection_end_step(struct connection *);
void connection_free(struct connection *);
/* Its peer, for messages. */
void connection_describe(const struct connection *, char *, size_t);
/* "host alpha " with -label_host, or "". */
void connection_describe_host(const struct connection *, char *, size_t);
void connection_init_timers(struct connection *);
void connection_stop_timers(struct connection *);
/* -total_timeout */
void connection_begin_total(struct connection *);
/* DTLS: it shakes hands no more, or is gone. */
void connection_not_half_open(struct connection *);
/* DTLS: time until the peer has to have answered. False: there is no need. */
bool connection_await_answer(struct connection *);
/* The one place where the state changes: each has its own deadline. */
void connection_set_state(struct connection *, enum connection_state);
void connection_close(struct connection *, enum connection_end);
/* DTLS: the peer did not answer in time. */
void connection_retransmit(struct connection *);
void connection_unit_done(struct connection *);

#endif
