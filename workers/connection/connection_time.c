/*
 * What a connection does in time: the deadline of each state, those of the
 * options, and the retransmissions of DTLS.
 */
#include <netdb.h>

#include "accept/dtls_acceptor.h"
#include "config/config.h"
#include "connection/dtls.h"
#include "foundation/log.h"
#include "shared/half_open.h"
#include "shared/shared.h"
#include "worker.h"

/* How long a connection is held for the master's word. */
#define CONNECTION_HELD_MS 50
/* Of a handshake of DTLS without -handshake_timeout. */
#define CONNECTION_DTLS_HANDSHAKE_MS INT64_C(600000)

static int64_t connection_handshake_left_ms(struct connection *);
static int64_t connection_retransmit_ms(const struct connection *);
static void connection_on_timer(void *);
static void connection_on_total(void *);
static void connection_on_retransmit(void *);
static void connection_on_idle(struct connection *);
static void connection_timed_out(struct connection *, const char *);

void
connection_init_timers(struct connection *connection)
{
	connection->timer.run = connection_on_timer;
	connection->timer.arg = connection;
	connection->total.run = connection_on_total;
	connection->total.arg = connection;
	connection->retransmit.run = connection_on_retransmit;
	connection->retransmit.arg = connection;
	refusal_init(connection);
}

void
connection_stop_timers(struct connection *connection)
{
	struct loop *loop = &connection->worker->loop;

	loop_timer_stop(loop, &connection->timer);
	loop_timer_stop(loop, &connection->total);
	loop_timer_stop(loop, &connection->retransmit);
	refusal_stop(connection);
}

void
connection_begin_total(struct connection *connection)
{
	unsigned limit_s = connection_config(connection)->total_timeout_s;

	if (limit_s != 0)
		loop_timer_set(&connection->worker->loop, &connection->total,
		    limit_s * INT64_C(1000));
}

void
connection_set_state(struct connection *connection, enum connection_state state)
{
	const struct config *config = connection_config(connection);
	struct loop *loop = &connection->worker->loop;
	int64_t delay_ms = 0;

	switch (state) {
	case CONNECTION_HELD:
		delay_ms = CONNECTION_HELD_MS;
		break;
	case CONNECTION_HANDSHAKE:
		delay_ms = connection_handshake_left_ms(connection);
		break;
	case CONNECTION_OPEN:
	case CONNECTION_FLUSH:
		delay_ms = config->idle_timeout_s * INT64_C(1000);
		break;
	case CONNECTION_SHUTDOWN:
		delay_ms = connection->worker->quitting
		    ? CONNECTION_LINGER_QUIT_MS
		    : CONNECTION_LINGER_MS;
		connection->shutdown_ms = loop->now_ms;
		break;
	case CONNECTION_CLOSED:
		if (connection->async.paused)
			delay_ms = CONNECTION_LINGER_TOTAL_MS;
		break;
	}
	connection->state = state;
	/* Who shakes hands, or has said goodbye, has nothing to lose. */
	connection->transport.hints_only =
	    state == CONNECTION_OPEN || state == CONNECTION_FLUSH;
	if (state > CONNECTION_HANDSHAKE)
		connection_not_half_open(connection);
	loop_timer_stop(loop, &connection->timer);
	if (delay_ms != 0)
		loop_timer_set(loop, &connection->timer, delay_ms);
}

void
connection_not_half_open(struct connection *connection)
{
	struct worker *worker = connection->worker;

	if (!connection->half_open)
		return;
	half_open_leave(
	    worker->setup->shared->half_open, worker->slot, &connection->peer);
	connection->half_open = false;
	if (connection->in_pieces > 0)
		dtls_acceptor_heard_all(connection);
}

bool
connection_await_answer(struct connection *connection)
{
	struct loop *loop = &connection->worker->loop;
	int64_t left_ms = connection_retransmit_ms(connection);

	if (left_ms >= 0)
		loop_timer_set(loop, &connection->retransmit, left_ms);
	else
		loop_timer_stop(loop, &connection->retransmit);
	return left_ms >= 0;
}

/*
 * It may begin twice, before and behind early data; 0: for ever. A peer of DTLS
 * has no connection whose end could be seen, so there is always a limit, longer
 * than libssl tries.
 */
static int64_t
connection_handshake_left_ms(struct connection *connection)
{
	int64_t limit_ms =
	    connection_config(connection)->handshake_timeout_s * INT64_C(1000);
	int64_t now_ms = connection->worker->loop.now_ms, left_ms;

	if (limit_ms == 0 && connection->transport.datagrams)
		limit_ms = CONNECTION_DTLS_HANDSHAKE_MS;
	if (limit_ms == 0)
		return 0;
	if (connection->handshake_end_ms == 0)
		connection->handshake_end_ms = now_ms + limit_ms;
	left_ms = connection->handshake_end_ms - now_ms;
	return left_ms > 0 ? left_ms : 1;
}

/*
 * Until libssl sends its flight again; -1: it is not to. Who leaves says no
 * more, and a job that is paused in the midst of a message has libssl's buffers
 * in use.
 */
static int64_t
connection_retransmit_ms(const struct connection *connection)
{
	if (connection->state >= CONNECTION_SHUTDOWN || connection->async.waits)
		return -1;
	return dtls_timeout_ms(connection->ssl);
}

static void
connection_on_timer(void *arg)
{
	struct connection *connection = arg;

	connection->worker->current = connection;
	switch (connection->state) {
	case CONNECTION_HELD:
		connection_release(connection);
		break;
	case CONNECTION_HANDSHAKE:
		connection_timed_out(connection, "-handshake_timeout");
		break;
	case CONNECTION_OPEN:
	case CONNECTION_FLUSH:
		connection_on_idle(connection);
		break;
	case CONNECTION_SHUTDOWN:
		connection_set_state(connection, CONNECTION_CLOSED);
		connection_end_step(connection);
		break;
	case CONNECTION_CLOSED:
		/* The engine has forgotten it. */
		connection_free(connection);
		break;
	}
}

static void
connection_on_total(void *arg)
{
	struct connection *connection = arg;

	if (connection->state < CONNECTION_SHUTDOWN)
		connection_timed_out(connection, "-total_timeout");
}

static void
connection_on_retransmit(void *arg)
{
	struct connection *connection = arg;

	connection->worker->current = connection;
	connection_retransmit(connection);
	connection_run(connection);
}

/* The timer is not set anew for each byte: it looks when it runs out. */
static void
connection_on_idle(struct connection *connection)
{
	struct loop *loop = &connection->worker->loop;
	int64_t left_ms = connection->active_ms +
	    connection_config(connection)->idle_timeout_s * INT64_C(1000) -
	    loop->now_ms;

	if (left_ms > 0)
		loop_timer_set(loop, &connection->timer, left_ms);
	else
		connection_timed_out(connection, "-idle_timeout");
}

static void
connection_timed_out(struct connection *connection, const char *option)
{
	char peer[NI_MAXHOST + NI_MAXSERV + 8];

	connection->worker->current = connection;
	connection_describe(connection, peer, sizeof(peer));
	log_warnx("connection %ju from %s ran out of %s: closed",
	    (uintmax_t)connection->number, peer, option);
	worker_count(connection->worker, STAT_TIMED_OUT);
	connection_close(connection, END_TIMEOUT);
	connection_run(connection);
}
