/*
 * The deadlines of a connection: that of its state and those of the options.
 */
#include <netdb.h>

#include "base/services.h"
#include "connection/connection_state.h"
#include "foundation/log.h"

static void connection_on_timer(void *);
static void connection_on_total(void *);
static void connection_on_idle(struct connection *);
static void connection_timed_out(struct connection *, const char *);

void
connection_init_timers(struct connection *connection)
{
	connection->timer.run = connection_on_timer;
	connection->timer.arg = connection;
	connection->total.run = connection_on_total;
	connection->total.arg = connection;
}

void
connection_stop_timers(struct connection *connection)
{
	struct loop *loop = connection->services->loop;

	loop_timer_stop(loop, &connection->timer);
	loop_timer_stop(loop, &connection->total);
}

void
connection_begin_total(struct connection *connection)
{
	unsigned limit_s = connection->services->config->total_timeout_s;

	if (limit_s != 0)
		loop_timer_set(connection->services->loop, &connection->total,
		    limit_s * INT64_C(1000));
}

static void
connection_on_timer(void *arg)
{
	struct connection *connection = arg;
	const struct services *services = connection->services;

	connection_enter(connection);
	switch (connection->state) {
	case CONNECTION_HELD:
		typed_release(connection);
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
		connection_go_on(connection);
		break;
	case CONNECTION_CLOSED:
		/* The engine has forgotten the job: give it up. */
		connection->link.shake.async.paused = false;
		connection_go_on(connection);
		break;
	}
	connection_leave(services);
}

static void
connection_on_total(void *arg)
{
	struct connection *connection = arg;

	if (connection->state < CONNECTION_SHUTDOWN)
		connection_timed_out(connection, "-total_timeout");
}

/*
 * The timer is not set again for each byte. When it runs out, look when bytes
 * last moved.
 */
static void
connection_on_idle(struct connection *connection)
{
	struct loop *loop = connection->services->loop;
	int64_t left_ms = connection->active_ms +
	    connection->services->config->idle_timeout_s * INT64_C(1000) -
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

	connection_enter(connection);
	connection_describe(connection, peer, sizeof(peer));
	log_warnx("connection %ju from %s ran out of %s: closed",
	    (uintmax_t)connection->number, peer, option);
	outcome_time_out(&connection->link.outcome);
	connection_begin_end(connection, END_TIMEOUT);
	connection_go_on(connection);
}
