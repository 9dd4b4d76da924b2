#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "accept/dtls_acceptor.h"
#include "base/services.h"
#include "connection/connections.h"
#include "connection/dtls_peer.h"
#include "connection/dtls_place.h"
#include "foundation/log.h"
#include "foundation/slab.h"
#include "foundation/text.h"
#include "shared/half_open.h"
#include "shared/shared.h"
#include "tls/base/tls_error.h"

static bool dtls_peer_intercept(
    void *, const struct sockaddr_storage *, const uint8_t *, size_t);
static bool dtls_peer_starts_anew(struct connection *,
    const struct dtls_hello *, const uint8_t *, size_t, bool);
static bool dtls_peer_over_ipv4(const struct connection *);
static struct connection *
dtls_peer_find(const struct connections *, const uint8_t *);
static bool dtls_peer_await_answer(struct connection *);
static int64_t dtls_peer_retransmit_ms(const struct connection *);
static void dtls_peer_on_retransmit(void *);
static void dtls_peer_retransmit(struct connection *);

void
dtls_peer_open(struct connection *connection, const struct arrival *arrival)
{
	struct dtls_peer *peer;

	if ((peer = slab_alloc(sizeof(*peer))) == NULL)
		fatalx("out of memory");
	memset(peer, 0, sizeof(*peer));
	memcpy(peer->link.cookie, arrival->cookie, sizeof(peer->link.cookie));
	peer->in_pieces = arrival->in_pieces;
	peer->hellos_before = arrival->hellos_before;
	peer->half_open = true;
	peer->retransmit.run = dtls_peer_on_retransmit;
	peer->retransmit.arg = connection;
	connection->dtls = peer;
	connection->link.dtls = &peer->link;
	refusal_init(connection);
}

void
dtls_peer_take_datagrams(
    struct connection *connection, const struct arrival *arrival)
{
	struct transport *transport = &connection->link.transport;

	transport->over_ipv4 = dtls_peer_over_ipv4(connection);
	transport->in = arrival->in;
	transport->can_read = true;
	transport->already_sent = arrival->hellos_before;
	record_numbers_init(&transport->numbers, arrival->number);
	transport->renumbers = arrival->in_pieces > 0;
	transport->intercept = dtls_peer_intercept;
	transport->owner = connection;
}

void
dtls_peer_close(struct connection *connection)
{
	if (connection->dtls == NULL)
		return;
	dtls_place_leave(connection);
	loop_timer_stop(
	    connection->services->loop, &connection->dtls->retransmit);
	refusal_stop(connection);
}

/* Nothing else would wake a connection of DTLS in time. */
void
dtls_peer_end_turn(struct connection *connection)
{
	struct transport *transport = &connection->link.transport;

	transport->turn = 0;
	if (transport->yielded)
		connection_resume(connection);
	transport->yielded = false;
	refusal_look(connection);
	if (!dtls_peer_await_answer(connection) &&
	    connection->state == CONNECTION_OPEN)
		dtls_give_buffers_back(&connection->link);
}

void
dtls_peer_succeed(struct connection *connection)
{
	const struct acceptor *acceptor = &connection->all->acceptor;
	struct transport *transport = &connection->link.transport;
	struct arrival *arrival = connection->dtls->successor;

	connection->dtls->successor = NULL;
	loop_remove(connection->services->loop, &connection->event);
	arrival->fd = transport->fd;
	/* For the old association the peer has gone without close_notify. */
	transport->fd = -1;
	transport->read_error = transport->write_error = ECONNRESET;
	if (connection->state < CONNECTION_SHUTDOWN)
		connection_begin_end(connection, END_LOCAL);
	connection_go_on(connection);
	acceptor->calls->arrived(acceptor->arg, arrival);
	free(arrival);
}

bool
dtls_peer_deliver(
    void *arg, const uint8_t *cookie, const struct dtls_pieces *pieces)
{
	struct connection *connection = dtls_peer_find(arg, cookie);
	struct textbuf *in;

	if (connection == NULL)
		return false;
	in = &connection->link.transport.in;
	if (in->size < DTLS_ACCEPTOR_IN_MAX)
		dtls_pieces_queue(pieces, in);
	connection_resume(connection);
	return true;
}

/*
 * A transport's intercept. A client at the peer's address may have started anew
 * without close_notify (RFC 6347, section 4.2.8). Its ClientHello needs a
 * cookie as well. If the cookie is good, the connection gets a successor.
 */
static bool
dtls_peer_intercept(void *arg, const struct sockaddr_storage *from,
    const uint8_t *data, size_t size)
{
	struct connection *connection = arg;
	struct dtls_acceptor *acceptor = dtls_place_acceptor(connection);
	struct dtls_known known = dtls_place_known(connection);
	struct dtls_peer *peer = connection->dtls;
	struct dtls_hello hello;
	bool in_pieces;

	if (memcmp(from, &connection->peer, connection->peer_size) != 0) {
		dtls_acceptor_stray(acceptor, known.fd, from, data, size);
		return true;
	}
	switch (dtls_acceptor_hear_again(
	    acceptor, &known, data, size, &hello, &in_pieces)) {
	case HELLO_NONE:
		return dtls_is_too_short(connection->link.ssl, data, size);
	case HELLO_ASKS:
		dtls_acceptor_answer_again(acceptor, &known, &hello, in_pieces);
		return true;
	case HELLO_GOOD:
		break;
	}
	/* The ClientHello of this connection again: libssl handles it. */
	if (memcmp(hello.cookie, peer->link.cookie,
		sizeof(peer->link.cookie)) == 0)
		return false;
	return dtls_peer_starts_anew(connection, &hello, data, size, in_pieces);
}

/* Returns true, because libssl must not get the datagram. */
static bool
dtls_peer_starts_anew(struct connection *connection,
    const struct dtls_hello *hello, const uint8_t *data, size_t size,
    bool in_pieces)
{
	struct dtls_known known = dtls_place_known(connection);
	struct dtls_peer *peer = connection->dtls;

	/* A server that quits accepts no more peers. */
	if (peer->successor != NULL || *connection->services->quitting)
		return true;
	peer->successor =
	    dtls_acceptor_take_again(dtls_place_acceptor(connection), &known,
		hello, data, size, in_pieces);
	/* What comes next is not for the old association. */
	if (peer->successor != NULL)
		connection->link.transport.can_read = false;
	return true;
}

/* A socket of IPv6 may be connected to a peer of IPv4, too. */
static bool
dtls_peer_over_ipv4(const struct connection *connection)
{
	const struct sockaddr_in6 *peer =
	    (const struct sockaddr_in6 *)&connection->peer;

	return peer->sin6_family == AF_INET ||
	    IN6_IS_ADDR_V4MAPPED(&peer->sin6_addr);
}

/*
 * Returns the connection that came with this cookie, most likely a new one, or
 * NULL if it is gone.
 */
static struct connection *
dtls_peer_find(const struct connections *connections, const uint8_t *cookie)
{
	struct connection *connection;

	TAILQ_FOREACH_REVERSE(
	    connection, &connections->list, connection_list, entry)
	if (connection->state != CONNECTION_CLOSED &&
	    memcmp(connection->dtls->link.cookie, cookie, DTLS_COOKIE_SIZE) ==
		0)
		return connection;
	return NULL;
}

/* Set the timer. Returns false if the peer need not answer. */
static bool
dtls_peer_await_answer(struct connection *connection)
{
	struct loop *loop = connection->services->loop;
	int64_t left_ms = dtls_peer_retransmit_ms(connection);

	if (left_ms >= 0)
		loop_timer_set(loop, &connection->dtls->retransmit, left_ms);
	else
		loop_timer_stop(loop, &connection->dtls->retransmit);
	return left_ms >= 0;
}

/*
 * Returns the time until libssl sends its flight again, or -1 if it must not. A
 * connection that ends says no more, and a job that is paused inside a message
 * uses libssl's buffers.
 */
static int64_t
dtls_peer_retransmit_ms(const struct connection *connection)
{
	if (connection->state >= CONNECTION_SHUTDOWN ||
	    connection->link.shake.async.waiter.waits)
		return -1;
	return dtls_timeout_ms(connection->link.ssl);
}

static void
dtls_peer_on_retransmit(void *arg)
{
	struct connection *connection = arg;

	connection_enter(connection);
	dtls_peer_retransmit(connection);
	connection_go_on(connection);
}

static void
dtls_peer_retransmit(struct connection *connection)
{
	const struct config *config = connection->services->config;
	struct link *link = &connection->link;
	int result;

	dtls_take_buffers(link);
	tls_error_clear();
	result = dtls_retransmit(link->ssl);
	/* Without these options the stock program waits inside libssl. */
	if (result == 1 && (config->timeouts || config->nbio))
		text_printf(TEXT_ERR, "TIMEOUT occurred\n");
	if (result != -1)
		return;
	if (connection->state == CONNECTION_HANDSHAKE) {
		handshake_fail(link, STAT_FAILED_TIMEOUT);
		connection_fail(connection);
	} else if (connection->state < CONNECTION_SHUTDOWN) {
		connection_begin_end(connection, END_ERROR);
	}
}
