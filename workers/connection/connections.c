#include "connection/connections.h"
#include "base/services.h"
#include "connection/dtls_peer.h"
#include "text/outlet.h"

static void connections_arrived(void *, const struct arrival *);
static bool connections_overloaded(void *);

static const struct accept_calls connections_calls = {
	.arrived = connections_arrived,
	.overloaded = connections_overloaded,
	.deliver = dtls_peer_deliver,
};

int
connections_open(struct connections *connections,
    const struct services *services, const struct handler *handler)
{
	connections->services = services;
	connections->handler = handler;
	TAILQ_INIT(&connections->list);
	return acceptor_open(
	    &connections->acceptor, services, &connections_calls, connections);
}

struct connection *
connections_find(struct connections *connections, uint64_t number)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &connections->list, entry)
		if (connection->number == number)
			return connection;
	return NULL;
}

bool
connections_are_gone(const struct connections *connections)
{
	return TAILQ_EMPTY(&connections->list);
}

void
connections_end(struct connections *connections)
{
	struct connection *connection, *next;

	TAILQ_FOREACH_SAFE (connection, &connections->list, entry, next)
		connection_end(connection);
}

static void
connections_arrived(void *arg, const struct arrival *arrival)
{
	connection_start(arg, arrival);
}

/* Returns true if too much text waits for the master. */
static bool
connections_overloaded(void *arg)
{
	struct connections *connections = arg;

	return outlets_overflow(connections->services->outlets);
}
