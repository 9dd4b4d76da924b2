#include <errno.h>

#include <openssl/ssl.h>

#include "base/dtls_hello.h"
#include "base/services.h"
#include "connection/connection_state.h"
#include "connection/dtls_peer.h"

/* How long a refusal is only a hint, and how long to wait for a second one. */
#define REFUSAL_MS 1000

static void refusal_on_timer(void *);
static void refusal_wait(struct connection *);
static void refusal_ask(struct connection *);
static void refusal_end(struct connection *);

void
refusal_init(struct connection *connection)
{
	struct refusal *refusal = &connection->dtls->refusal;

	refusal->timer.run = refusal_on_timer;
	refusal->timer.arg = connection;
}

void
refusal_stop(struct connection *connection)
{
	loop_timer_stop(
	    connection->services->loop, &connection->dtls->refusal.timer);
}

void
refusal_look(struct connection *connection)
{
	struct refusal *refusal = &connection->dtls->refusal;
	struct loop *loop = connection->services->loop;

	if (!connection->link.transport.refused)
		return;
	connection->link.transport.refused = false;
	refusal->written_bytes = connection->link.transport.written_bytes;
	if (refusal->since_ms == 0) {
		refusal->since_ms = loop->now_ms;
		loop_timer_set(loop, &refusal->timer, REFUSAL_MS);
	} else if (loop->now_ms - refusal->since_ms >= REFUSAL_MS) {
		refusal->final = true;
		loop_timer_set(loop, &refusal->timer, 0);
	}
}

void
refusal_forget(struct connection *connection)
{
	struct refusal *refusal;

	if (connection->dtls == NULL)
		return;
	refusal = &connection->dtls->refusal;
	if (refusal->since_ms == 0)
		return;
	refusal_stop(connection);
	refusal->since_ms = 0;
	refusal->asked = refusal->final = false;
}

/* If no second refusal has come, the hint was false, or is no longer true. */
static void
refusal_on_timer(void *arg)
{
	struct connection *connection = arg;
	const struct services *services = connection->services;
	struct refusal *refusal = &connection->dtls->refusal;

	if (!connection->link.transport.hints_only)
		return;
	connection_enter(connection);
	if (refusal->final)
		refusal_end(connection);
	else if (refusal->asked)
		refusal_forget(connection);
	else
		refusal_wait(connection);
	connection_leave(services);
}

/* Other data that was sent since then is a question as well. */
static void
refusal_wait(struct connection *connection)
{
	struct refusal *refusal = &connection->dtls->refusal;

	refusal->asked = true;
	loop_timer_set(connection->services->loop, &refusal->timer, REFUSAL_MS);
	if (connection->link.transport.written_bytes == refusal->written_bytes)
		refusal_ask(connection);
}

/*
 * Send the HelloVerifyRequest, with the ServerHello's record number, which the
 * peer has seen before.
 */
static void
refusal_ask(struct connection *connection)
{
	struct transport *transport = &connection->link.transport;
	uint8_t question[DTLS_HELLO_VERIFY_MAX];
	struct dtls_hello hello = { 0 };
	size_t size;

	record_numbers_hello(&transport->numbers, hello.record_sequence);
	size = dtls_hello_verify_request(
	    &hello, connection->dtls->link.cookie, DTLS_COOKIE_SIZE, question);
	if (transport->trace != NULL)
		transport->trace(true, SSL_get_wbio(connection->link.ssl),
		    question, size, (long)size);
	transport_write_clear(transport, question, size);
	connection_go_on(connection);
}

static void
refusal_end(struct connection *connection)
{
	struct transport *transport = &connection->link.transport;

	transport->read_error = transport->write_error = ECONNREFUSED;
	connection_begin_end(connection, END_ERROR);
	connection_go_on(connection);
}
