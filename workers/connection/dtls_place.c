#include "connection/dtls_place.h"
#include "accept/dtls_acceptor.h"
#include "base/services.h"
#include "connection/connections.h"
#include "connection/dtls_peer.h"
#include "shared/half_open.h"
#include "shared/shared.h"

struct dtls_acceptor *
dtls_place_acceptor(const struct connection *connection)
{
	return connection->all->acceptor.dtls;
}

struct dtls_known
dtls_place_known(const struct connection *connection)
{
	return (struct dtls_known){ connection->link.transport.fd,
		&connection->peer, connection->peer_size,
		connection->dtls->half_open };
}

void
dtls_place_leave(struct connection *connection)
{
	const struct services *services = connection->services;
	struct dtls_peer *peer = connection->dtls;
	struct dtls_known known;

	if (!peer->half_open)
		return;
	half_open_leave(
	    services->shared->half_open, services->slot, &connection->peer);
	peer->half_open = false;
	if (peer->in_pieces == 0)
		return;
	known = dtls_place_known(connection);
	dtls_acceptor_heard_all(dtls_place_acceptor(connection), &known,
	    peer->hellos_before, peer->in_pieces);
}
