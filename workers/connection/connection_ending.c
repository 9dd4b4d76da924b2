/*
 * How a connection ends: the handler and the peer are told, then the peer has
 * some time to go.
 */
#include <openssl/ssl.h>

#include "connection/connection_record.h"
#include "connection/connection_state.h"
#include "connection/failure.h"
#include "link/dtls.h"
#include "tls/base/tls_error.h"

static enum card_end
connection_cause(const struct connection *, enum connection_end);
static void connection_begin_shutdown(struct connection *);
static void connection_say_goodbye(struct connection *);

void
connection_begin_end(struct connection *connection, enum connection_end end)
{
	outcome_ends(
	    &connection->link.outcome, connection_cause(connection, end));
	if (end == END_ERROR && connection->link.outcome.shaken)
		handshake_explain_end(&connection->link);
	/* An error of the handshake is counted where its reason is known. */
	if (connection->state < CONNECTION_OPEN && end != END_ERROR)
		handshake_fail(&connection->link,
		    end == END_TIMEOUT ? STAT_FAILED_TIMEOUT
				       : STAT_FAILED_ENDED);
	if (!(connection->state < CONNECTION_OPEN && end == END_ERROR &&
		failure_label(connection)) &&
	    connection->handler->ended != NULL)
		connection->handler->ended(connection, end);
	connection_begin_shutdown(connection);
}

/* If a unit drove the handshake, the failure counts as a failed write. */
void
connection_fail(struct connection *connection)
{
	outcome_ends(
	    &connection->link.outcome, connection_cause(connection, END_ERROR));
	if (connection->typed.unit == UNIT_DROVE) {
		connection_begin_end(connection, END_ERROR);
		return;
	}
	if (!failure_label(connection) && connection->handler->failed != NULL)
		connection->handler->failed(connection);
	connection_begin_shutdown(connection);
}

static enum card_end
connection_cause(const struct connection *connection, enum connection_end end)
{
	const struct transport *transport = &connection->link.transport;

	switch (end) {
	case END_CLOSE_NOTIFY:
		return CARD_END_CLOSE_NOTIFY_PEER;
	case END_LOCAL:
		return CARD_END_CLOSE_NOTIFY;
	case END_TIMEOUT:
		return CARD_END_DEADLINE;
	case END_ERROR:
		break;
	}
	if (transport->read_error != 0 || transport->write_error != 0)
		return CARD_END_RESET;
	return transport->at_eof ? CARD_END_EOF : CARD_END_ERROR;
}

/* For the console the connection is over; the peer gets some time to go. */
static void
connection_begin_shutdown(struct connection *connection)
{
	if (!connection->link.outcome.shaken)
		connection_record_handshake(connection);
	dtls_take_buffers(&connection->link);
	connection_say_goodbye(connection);
	tls_error_clear();
	if (connection->handler->shut != NULL)
		connection->handler->shut(connection);
	connection->link.shake.crl_download.leaving = true;
	connection_set_state(connection, CONNECTION_SHUTDOWN);
	typed_end(connection);
}

/*
 * Sends nothing during a handshake whose early data was answered: libssl would
 * send close_notify, and an answer that was cut would look complete.
 */
static void
connection_say_goodbye(struct connection *connection)
{
	SSL *ssl = connection->link.ssl;
	int result;

	if (connection->link.shake.early_heard &&
	    !connection->handler->tells_early && !SSL_is_init_finished(ssl))
		return;
	/* Only -nbio_test makes libssl ask to try again, and that soon ends. */
	do
		result = SSL_shutdown(ssl);
	while (
	    result < 0 && SSL_get_error(ssl, result) == SSL_ERROR_WANT_WRITE);
}
