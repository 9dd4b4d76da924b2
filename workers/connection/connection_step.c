/*
 * What a connection does in each of its states.
 */
#include <openssl/ssl.h>

#include "accept/dtls_acceptor.h"
#include "config/config.h"
#include "connection/dtls.h"
#include "connection/failure.h"
#include "foundation/text.h"
#include "link/commands.h"
#include "link/early_data.h"
#include "link/handshake.h"
#include "link/stateless.h"
#include "link/stream.h"
#include "tls/base/tls_error.h"
#include "worker.h"

/* Rounds of work before other connections have a turn. */
#define CONNECTION_BUDGET 8

static void
connection_count_bytes(struct connection *, uint64_t in, uint64_t out);
static bool connection_step(struct connection *);
static bool connection_step_handshake(struct connection *);
static bool connection_answer_early(struct connection *);
static enum handshake_result connection_phase_step(struct connection *);
static bool connection_phase_over(struct connection *);
static void connection_shaken(struct connection *);
static bool connection_early_over(struct connection *);
static bool connection_step_open(struct connection *);
static bool connection_step_flush(struct connection *);
static bool connection_step_shutdown(struct connection *);
static bool connection_discard(struct connection *);
static bool connection_push(struct connection *);
static bool connection_pull(struct connection *);
static void connection_run_command(struct connection *);
static void connection_tell_renegotiated(struct connection *);
static void connection_pushed(struct connection *);
static void connection_obey(struct connection *, enum handler_verdict);
static void connection_handshake_delayed(struct connection *);
static void connection_handshake_failed(struct connection *);
static void connection_begin_shutdown(struct connection *);
static void connection_say_goodbye(struct connection *);

/* Everything that happens to a connection ends here. */
void
connection_run(struct connection *connection)
{
	const struct transport *transport = &connection->transport;
	uint64_t read_before = transport->read_bytes;
	uint64_t written_before = transport->written_bytes;
	int budget = CONNECTION_BUDGET;

	connection->worker->current = connection;
	dtls_take_buffers(connection);
	while (connection_step(connection))
		if (--budget == 0) {
			loop_defer(
			    &connection->worker->loop, &connection->again);
			break;
		}
	(void)transport_flush(&connection->transport);
	connection_count_bytes(connection, transport->read_bytes - read_before,
	    transport->written_bytes - written_before);
	if (connection->successor != NULL)
		dtls_acceptor_succeed(connection);
	else
		connection_end_step(connection);
}

static void
connection_count_bytes(struct connection *connection, uint64_t in, uint64_t out)
{
	if (in + out == 0)
		return;
	connection->active_ms = connection->worker->loop.now_ms;
	worker_add(connection->worker, STAT_SOCKET_IN, in);
	worker_add(connection->worker, STAT_SOCKET_OUT, out);
}

/* True: there is more to do at once. */
static bool
connection_step(struct connection *connection)
{
	switch (connection->state) {
	case CONNECTION_HANDSHAKE:
		return connection_step_handshake(connection);
	case CONNECTION_OPEN:
		return connection_step_open(connection);
	case CONNECTION_FLUSH:
		return connection_step_flush(connection);
	case CONNECTION_SHUTDOWN:
		return connection_step_shutdown(connection);
	case CONNECTION_HELD:
	case CONNECTION_CLOSED:
		break;
	}
	return false;
}

static bool
connection_step_handshake(struct connection *connection)
{
	enum handshake_result result;
	enum transport_state sent;

	/* Early data is printed as it comes: a full outlet is waited for. */
	if (connection->phase == PHASE_EARLY_DATA && connection->paused != NULL)
		return false;
	if (connection->async.waits)
		return false;
	if (!connection_answer_early(connection))
		return connection->state != CONNECTION_HANDSHAKE;
	result = connection_phase_step(connection);
	/* The answer leaves in one packet with what was written so far. */
	if (result == HANDSHAKE_AGAIN && early_data_answered(connection))
		return true;
	sent = result == HANDSHAKE_DONE
	    ? transport_gather(&connection->transport)
	    : transport_flush(&connection->transport);
	switch (result) {
	case HANDSHAKE_DONE:
		return connection_phase_over(connection);
	case HANDSHAKE_AGAIN:
		connection_handshake_delayed(connection);
		loop_defer(&connection->worker->loop, &connection->again);
		return false;
	case HANDSHAKE_SUSPENDED:
		return false;
	case HANDSHAKE_WAIT:
		if (sent == TRANSPORT_BROKEN) {
			worker_count(connection->worker, STAT_FAILED_CLOSED);
			break;
		}
		connection_handshake_delayed(connection);
		return false;
	case HANDSHAKE_FAILED:
		break;
	}
	connection_handshake_failed(connection);
	return true;
}

/*
 * False: the handshake must not go on now. What the peer is too slow to read is
 * no reason, nor is an answer that goes on and on.
 */
static bool
connection_answer_early(struct connection *connection)
{
	int budget = CONNECTION_BUDGET;

	while (early_data_answered(connection))
		switch (stream_push(connection)) {
		case STREAM_DONE:
			connection_pushed(connection);
			if (--budget > 0)
				break;
			loop_defer(
			    &connection->worker->loop, &connection->again);
			return true;
		case STREAM_WAIT:
			return true;
		case STREAM_AGAIN:
			loop_defer(
			    &connection->worker->loop, &connection->again);
			return false;
		case STREAM_ENDED:
		case STREAM_FAILED:
			handshake_count_failure(connection,
			    connection->transport.write_error != 0
				? STAT_FAILED_CLOSED
				: STAT_FAILED_OTHER);
			connection_handshake_failed(connection);
			return false;
		}
	return true;
}

static enum handshake_result
connection_phase_step(struct connection *connection)
{
	switch (connection->phase) {
	case PHASE_EARLY_DATA:
		return early_data_step(connection);
	case PHASE_LISTEN:
		return dtls_listen_step(connection);
	case PHASE_COOKIE:
		return stateless_step(connection);
	case PHASE_IN_VAIN:
	case PHASE_LAST:
		break;
	}
	return handshake_step(connection);
}

static bool
connection_phase_over(struct connection *connection)
{
	switch (connection->phase) {
	case PHASE_EARLY_DATA:
		return connection_early_over(connection);
	case PHASE_LISTEN:
	case PHASE_COOKIE:
		connection->phase = PHASE_LAST;
		async_begin(&connection->async);
		break;
	case PHASE_IN_VAIN:
		connection_handshake_failed(connection);
		break;
	case PHASE_LAST:
		connection_shaken(connection);
		break;
	}
	return true;
}

static void
connection_shaken(struct connection *connection)
{
	connection_set_state(connection, CONNECTION_OPEN);
	if (connection->unit != UNIT_DROVE && connection->handler->open != NULL)
		connection_obey(
		    connection, connection->handler->open(connection));
	if (!connection->met_console)
		connection_meet_console(connection);
	if (connection->ends)
		connection_obey(connection, HANDLER_CLOSE);
}

/*
 * Up to TLS 1.2 the handshake was done on the way. Otherwise it is the turn of
 * standard input, and then of the client.
 */
static bool
connection_early_over(struct connection *connection)
{
	connection->phase = PHASE_LAST;
	connection->early_bytes = connection->transport.read_bytes;
	if (SSL_is_init_finished(connection->ssl))
		return true;
	connection_meet_console(connection);
	return connection->transport.can_read ||
	    SSL_has_pending(connection->ssl);
}

static bool
connection_step_open(struct connection *connection)
{
	int budget = CONNECTION_BUDGET;
	bool blocked;

	/* libssl's own answers are not connection_push's to send. */
	(void)transport_gather(&connection->transport);
	/* A handshake that the client began goes on first. */
	if (connection->command != NULL && !SSL_in_init(connection->ssl))
		connection_run_command(connection);
	if (!connection_push(connection))
		return true;
	blocked = connection->sending;
	/* An answer goes out before the next read: it may be the last. */
	while (connection_pull(connection))
		if (--budget == 0 ||
		    (connection->sending && !connection_push(connection)))
			return true;
	return connection->state != CONNECTION_OPEN ||
	    (connection->sending && !blocked);
}

/* False: the connection is ending. */
static bool
connection_push(struct connection *connection)
{
	enum stream_result result;
	int budget = CONNECTION_BUDGET;

	while (connection->sending && connection->paused == NULL &&
	    connection->state == CONNECTION_OPEN) {
		result = stream_push(connection);
		connection_tell_renegotiated(connection);
		switch (result) {
		case STREAM_DONE:
			connection_pushed(connection);
			if (--budget > 0)
				break;
			/* FALLTHROUGH */
		case STREAM_AGAIN:
			loop_defer(
			    &connection->worker->loop, &connection->again);
			return true;
		case STREAM_WAIT:
			return true;
		case STREAM_ENDED:
		case STREAM_FAILED:
			connection_close(connection, END_ERROR);
			return false;
		}
	}
	return connection->state == CONNECTION_OPEN;
}

static void
connection_run_command(struct connection *connection)
{
	command_run(connection->command, connection);
	connection->command = NULL;
	connection_unit_done(connection);
}

/* Where a blocking read would have returned without data. */
static void
connection_tell_renegotiated(struct connection *connection)
{
	if (!connection->renegotiated)
		return;
	connection->renegotiated = false;
	if (connection->handler->blocked != NULL)
		connection_obey(
		    connection, connection->handler->blocked(connection));
}

static void
connection_pushed(struct connection *connection)
{
	connection->sending = false;
	if (connection->unit == UNIT_QUEUED)
		connection_unit_done(connection);
	if (connection->handler->writable != NULL && !connection->ends)
		connection_obey(
		    connection, connection->handler->writable(connection));
}

/* True: data came, and there may be more. */
static bool
connection_pull(struct connection *connection)
{
	uint8_t data[STREAM_RECORD];
	size_t size;
	enum stream_result result;

	if (connection->paused != NULL || connection->deaf ||
	    stream_congested(connection))
		return false;
	result = stream_pull(connection, data, &size);
	/* What libssl could not verify it has dropped. */
	if (result == STREAM_DONE || result == STREAM_AGAIN)
		refusal_forget(connection);
	if (result == STREAM_AGAIN)
		connection->renegotiated = true;
	connection_tell_renegotiated(connection);
	/* What libssl had to answer on its own account. */
	(void)transport_gather(&connection->transport);
	switch (result) {
	case STREAM_DONE:
		if (connection->unit == UNIT_DROVE)
			connection_unit_done(connection);
		connection_obey(connection,
		    connection->handler->readable(connection, data, size));
		/* Or what nobody takes yet would pile up. */
		outlets_relieve(connection);
		return connection->state == CONNECTION_OPEN;
	case STREAM_AGAIN:
		return connection->state == CONNECTION_OPEN;
	case STREAM_WAIT:
		break;
	case STREAM_ENDED:
		connection_close(connection, END_CLOSE_NOTIFY);
		break;
	case STREAM_FAILED:
		connection_close(connection, END_ERROR);
		break;
	}
	return false;
}

static bool
connection_step_flush(struct connection *connection)
{
	if (connection->paused != NULL)
		return false;
	switch (stream_push(connection)) {
	case STREAM_DONE:
		connection->owing =
		    transport_unsent(&connection->transport) > 0;
		connection_close(connection, END_LOCAL);
		return true;
	case STREAM_WAIT:
		return false;
	case STREAM_AGAIN:
		loop_defer(&connection->worker->loop, &connection->again);
		return false;
	case STREAM_ENDED:
	case STREAM_FAILED:
		break;
	}
	connection_close(connection, END_ERROR);
	return true;
}

static bool
connection_step_shutdown(struct connection *connection)
{
	struct transport *transport = &connection->transport;
	struct worker *worker = connection->worker;
	uint64_t before = transport->read_bytes + transport->written_bytes;
	enum transport_state sent;

	sent = transport_finish(transport);
	if (sent != TRANSPORT_BLOCKED)
		connection->owing = false;
	if ((sent != TRANSPORT_BLOCKED && connection_discard(connection)) ||
	    worker->loop.now_ms - connection->shutdown_ms >=
		CONNECTION_LINGER_TOTAL_MS)
		connection_set_state(connection, CONNECTION_CLOSED);
	else if (!worker->quitting &&
	    (connection->owing ||
		transport->read_bytes + transport->written_bytes != before))
		loop_timer_set(&worker->loop, &connection->timer,
		    connection->owing ? CONNECTION_LINGER_TOTAL_MS
				      : CONNECTION_LINGER_MS);
	if (connection->state == CONNECTION_SHUTDOWN &&
	    sent != TRANSPORT_BLOCKED && transport->can_read)
		loop_defer(&worker->loop, &connection->again);
	return false;
}

/* True: the peer has ended. Datagrams have no end but the word for it. */
static bool
connection_discard(struct connection *connection)
{
	if (!connection->transport.datagrams)
		return transport_discard(&connection->transport);
	return dtls_discard(connection);
}

static void
connection_obey(struct connection *connection, enum handler_verdict verdict)
{
	if (verdict != HANDLER_CLOSE)
		return;
	if (connection->state == CONNECTION_OPEN)
		connection_set_state(connection, CONNECTION_FLUSH);
	else if (connection->state == CONNECTION_HANDSHAKE)
		connection->ends = true;
}

static void
connection_handshake_delayed(struct connection *connection)
{
	/* There the stock program tries again without a word. */
	if (connection->phase == PHASE_LAST &&
	    connection_config(connection)->nbio &&
	    connection->handler->delayed != NULL)
		connection->handler->delayed(connection);
}

/* A unit that drove the handshake was a write; so it is a write that failed. */
static void
connection_handshake_failed(struct connection *connection)
{
	if (connection->unit == UNIT_DROVE) {
		connection_close(connection, END_ERROR);
		return;
	}
	if (!failure_label(connection) && connection->handler->failed != NULL)
		connection->handler->failed(connection);
	connection_begin_shutdown(connection);
}

void
connection_retransmit(struct connection *connection)
{
	const struct config *config = connection_config(connection);
	int result;

	dtls_take_buffers(connection);
	tls_error_clear();
	result = dtls_retransmit(connection->ssl);
	/* The stock program waits inside libssl without these. */
	if (result == 1 && (config->timeouts || config->nbio))
		text_printf(TEXT_ERR, "TIMEOUT occurred\n");
	if (result != -1)
		return;
	if (connection->state == CONNECTION_HANDSHAKE) {
		handshake_count_failure(connection, STAT_FAILED_TIMEOUT);
		connection_handshake_failed(connection);
	} else if (connection->state < CONNECTION_SHUTDOWN)
		connection_close(connection, END_ERROR);
}

void
connection_close(struct connection *connection, enum connection_end end)
{
	/* An error of the handshake is counted where it is understood. */
	if (connection->state < CONNECTION_OPEN && end != END_ERROR)
		handshake_count_failure(connection,
		    end == END_TIMEOUT ? STAT_FAILED_TIMEOUT
				       : STAT_FAILED_ENDED);
	if (!(connection->state < CONNECTION_OPEN && end == END_ERROR &&
		failure_label(connection)) &&
	    connection->handler->ended != NULL)
		connection->handler->ended(connection, end);
	connection_begin_shutdown(connection);
}

/* For the console the connection is over; the peer gets some time to go. */
static void
connection_begin_shutdown(struct connection *connection)
{
	dtls_take_buffers(connection);
	connection_say_goodbye(connection);
	tls_error_clear();
	if (connection->handler->shut != NULL)
		connection->handler->shut(connection);
	connection->unit = UNIT_NONE;
	connection_set_state(connection, CONNECTION_SHUTDOWN);
	if (connection_on_console(connection))
		worker_say(
		    connection->worker, MESSAGE_CLOSED, connection->number);
}

/*
 * Not amid a handshake whose early data was answered: libssl would do it, and
 * an answer that is cut would look whole.
 */
static void
connection_say_goodbye(struct connection *connection)
{
	SSL *ssl = connection->ssl;
	int result;

	if (connection->early_heard && !connection->handler->tells_early &&
	    !SSL_is_init_finished(ssl))
		return;
	/* Only the faults of -nbio_test ask to try again; it cannot last. */
	do
		result = SSL_shutdown(ssl);
	while (
	    result < 0 && SSL_get_error(ssl, result) == SSL_ERROR_WANT_WRITE);
}

void
connection_unit_done(struct connection *connection)
{
	connection->unit = UNIT_NONE;
	worker_say(connection->worker, MESSAGE_UNIT_DONE, connection->number);
}
