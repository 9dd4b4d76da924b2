/*
 * How a connection begins, and what wakes it.
 */
#include <string.h>

#include "base/services.h"
#include "connection/connection_record.h"
#include "connection/connections.h"
#include "connection/dtls_peer.h"
#include "foundation/log.h"
#include "foundation/slab.h"
#include "foundation/text.h"

static struct connection *
connection_new(struct connections *, const struct arrival *);
static int connection_open(struct connection *, const struct arrival *);
static enum handshake_phase
connection_first_phase(const struct connection *, const struct arrival *);
static void connection_on_event(void *, uint32_t);
static void connection_on_source(void *, uint32_t);
static void connection_on_again(void *);

void
connection_start(struct connections *all, const struct arrival *arrival)
{
	const struct config *config = all->services->config;
	struct connection *connection = connection_new(all, arrival);
	enum handshake_phase phase;

	if (connection_open(connection, arrival) == -1) {
		handshake_fail(&connection->link, STAT_FAILED_OTHER);
		connection_free(connection);
		return;
	}
	connection_record_open(connection);
	connection_begin_total(connection);
	if (connection->handler->begin != NULL)
		connection->handler->begin(connection);
	if (config->nbio && !config->quiet && config->mode != MODE_REV)
		text_printf(TEXT_ERR, "Turned on non blocking io\n");
	phase = connection_first_phase(connection, arrival);
	handshake_begin(&connection->link, phase);
	if (phase == PHASE_EARLY_DATA)
		connection_set_state(connection, CONNECTION_HANDSHAKE);
	else
		typed_meet(connection);
	/* A peer of DTLS has spoken already. */
	if (connection->handler->waits_for_word && !config->dtls)
		connection_end_step(connection);
	else
		connection_run(connection);
}

static struct connection *
connection_new(struct connections *all, const struct arrival *arrival)
{
	const struct services *services = all->services;
	struct connection *connection;

	if ((connection = slab_alloc(sizeof(*connection))) == NULL)
		fatalx("out of memory");
	memset(connection, 0, sizeof(*connection));
	connection->all = all;
	connection->services = services;
	connection->number = arrival->connection;
	connection->peer = arrival->peer;
	connection->peer_size = arrival->peer_size;
	connection->active_ms = services->loop->now_ms;
	connection->handler = all->handler;
	connection->event =
	    (struct loop_event){ connection_on_event, connection, -1 };
	connection->events = EPOLLIN | EPOLLRDHUP | EPOLLET;
	connection->source =
	    (struct loop_event){ connection_on_source, connection, -1 };
	connection_init_timers(connection);
	connection->again.run = connection_on_again;
	connection->again.arg = connection;
	connection->speaker.resume = &connection->again;
	TAILQ_INSERT_TAIL(&all->list, connection, entry);
	return connection;
}

/* Returns 0, or -1 (reported). */
static int
connection_open(struct connection *connection, const struct arrival *arrival)
{
	const struct services *services = connection->services;
	int opened;

	if (services->config->dtls)
		dtls_peer_open(connection, arrival);
	if (services->config->label)
		connection_make_label(connection);
	connection_enter(connection);
	outcome_init(&connection->link.outcome, services->counters,
	    services->cards, arrival->card, arrival->connection);
	opened = link_open(&connection->link, services, arrival->fd,
	    &connection->peer, &connection->again);
	if (connection->dtls != NULL)
		dtls_peer_take_datagrams(connection, arrival);
	if (opened == -1)
		return -1;
	return loop_add(services->loop, &connection->event, arrival->fd,
	    connection->events);
}

static enum handshake_phase
connection_first_phase(
    const struct connection *connection, const struct arrival *arrival)
{
	const struct config *config = connection->services->config;

	if (config->early_data)
		return PHASE_EARLY_DATA;
	/* DTLSv1_listen takes no fragments, nor a second cookie. */
	if (config->listen && arrival->in_pieces == 0 &&
	    arrival->hellos_before == 1)
		return PHASE_LISTEN;
	return config->stateless && config->traits->console ? PHASE_COOKIE
							    : PHASE_LAST;
}

void
connection_end(struct connection *connection)
{
	connection_enter(connection);
	outcome_ends(&connection->link.outcome, CARD_END_COMMAND);
	if (connection->state < CONNECTION_SHUTDOWN)
		connection_begin_end(connection, END_LOCAL);
	else
		/* The connection lingers: not longer than one that ends now. */
		loop_timer_set(connection->services->loop, &connection->timer,
		    CONNECTION_LINGER_QUIT_MS);
	connection_run(connection);
}

static void
connection_on_event(void *arg, uint32_t events)
{
	struct connection *connection = arg;
	struct transport *transport = &connection->link.transport;

	if (events & EPOLLOUT)
		transport->can_write = true;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		transport->hung_up = true;
	if ((events & EPOLLIN) || transport->hung_up)
		transport->can_read = true;
	connection_run(connection);
}

static void
connection_on_source(void *arg, uint32_t events)
{
	struct connection *connection = arg;

	(void)events;
	connection_await_no_more(connection);
	connection_stop_reading(connection);
	/* The handler is called when all is sent, which may be so already. */
	connection->link.sending = true;
	connection_run(connection);
}

static void
connection_on_again(void *arg)
{
	connection_run(arg);
}
