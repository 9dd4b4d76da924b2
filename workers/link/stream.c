#include <openssl/ssl.h>

#include "connection/connection_state.h"
#include "link/handshake.h"
#include "link/stream.h"
#include "tls/base/tls_error.h"
#include "worker.h"

/*
 * libssl counts renegotiations for a whole context. What one call adds to its
 * counters is of the connection that made the call. One that the server asks
 * for is begun several times there, with the HelloRequest and with each of the
 * client's messages that leads to a new try.
 */
struct stream_tally {
	long begun;
	long finished;
};

static struct stream_tally stream_tally(const struct connection *);
static void stream_count(struct connection *, struct stream_tally);
static enum stream_result stream_encrypt(struct connection *);
static int stream_write(struct connection *, size_t *);
static size_t stream_piece(const struct connection *);
static enum stream_result stream_error(struct connection *, int);

void
connection_send(struct connection *connection, const void *data, size_t size)
{
	textbuf_append(&connection->out, data, size);
	connection->sending = true;
}

void *
connection_send_space(struct connection *connection, size_t size)
{
	return textbuf_space(&connection->out, size);
}

void
connection_send_filled(struct connection *connection, size_t size)
{
	textbuf_grow(&connection->out, size);
	connection->sending = true;
}

void
connection_send_clear(
    struct connection *connection, const void *data, size_t size)
{
	transport_write_clear(&connection->transport, data, size);
}

size_t
stream_unsent(const struct connection *connection)
{
	return connection->out.size - connection->out_sent +
	    transport_unsent(&connection->transport);
}

bool
stream_congested(const struct connection *connection)
{
	return stream_unsent(connection) >= TRANSPORT_HIGH;
}

enum stream_result
stream_push(struct connection *connection)
{
	enum stream_result result;

	do {
		if ((result = stream_encrypt(connection)) != STREAM_DONE)
			break;
		/*
		 * A peer that is gone is seen by the next read or write, as
		 * in a program whose last write went well.
		 */
		if (transport_gather(&connection->transport) ==
		    TRANSPORT_BLOCKED)
			return STREAM_WAIT;
	} while (connection->out.size > 0);
	if (result != STREAM_DONE)
		(void)transport_gather(&connection->transport);
	return result;
}

enum stream_result
stream_pull(struct connection *connection, void *data, size_t *size)
{
	struct stream_tally before = stream_tally(connection);
	enum stream_result result = STREAM_DONE;
	int got;

	connection->transport.starved = false;
	tls_error_clear();
	got = SSL_read_ex(connection->ssl, data, STREAM_RECORD, size);
	if (got != 1)
		result = stream_error(connection, got);
	else
		worker_add(connection->worker, STAT_DATA_IN, *size);
	stream_count(connection, before);
	return result;
}

int
stream_handshake(struct connection *connection)
{
	struct stream_tally before = stream_tally(connection);
	int result = SSL_do_handshake(connection->ssl);

	stream_count(connection, before);
	(void)transport_flush(&connection->transport);
	return result;
}

/* As much as the transport shall hold. DONE: that much is done. */
static enum stream_result
stream_encrypt(struct connection *connection)
{
	struct textbuf *out = &connection->out;
	struct stream_tally before;
	size_t written;
	int result;

	while (connection->out_sent < out->size &&
	    transport_unsent(&connection->transport) < TRANSPORT_HIGH) {
		before = stream_tally(connection);
		connection->transport.starved = false;
		tls_error_clear();
		result = stream_write(connection, &written);
		stream_count(connection, before);
		if (result != 1)
			return stream_error(connection, result);
		connection->out_sent += written;
		worker_add(connection->worker, STAT_DATA_OUT, written);
	}
	if (connection->out_sent == out->size) {
		textbuf_free(out);
		connection->out_sent = 0;
	}
	return STREAM_DONE;
}

/*
 * Before the client's Finished SSL_write would be a reason to shake hands. It
 * is no engine's job (async.h): it would begin while there may be another one.
 */
static int
stream_write(struct connection *connection, size_t *written)
{
	const char *data = connection->out.data + connection->out_sent;
	size_t size = stream_piece(connection);
	int result;

	if (connection->state != CONNECTION_HANDSHAKE)
		return SSL_write_ex(connection->ssl, data, size, written);
	async_end(&connection->async);
	result = SSL_write_early_data(connection->ssl, data, size, written);
	async_begin(&connection->async);
	return result;
}

/* What does not fit into a record of DTLS is refused as a whole. */
static size_t
stream_piece(const struct connection *connection)
{
	size_t left = connection->out.size - connection->out_sent;

	return connection->transport.datagrams && left > STREAM_RECORD
	    ? STREAM_RECORD
	    : left;
}

static struct stream_tally
stream_tally(const struct connection *connection)
{
	SSL_CTX *ctx = SSL_get_SSL_CTX(connection->ssl);

	return (struct stream_tally){
		.begun = SSL_CTX_sess_accept_renegotiate(ctx),
		.finished = SSL_CTX_sess_accept_good(ctx),
	};
}

static void
stream_count(struct connection *connection, struct stream_tally before)
{
	struct stream_tally now = stream_tally(connection);

	if (now.begun > before.begun && !connection->renegotiates) {
		worker_count(connection->worker, STAT_RENEGOTIATIONS);
		connection->renegotiates = true;
	}
	if (now.finished == before.finished)
		return;
	worker_count(connection->worker, STAT_ACCEPTS_FINISHED);
	handshake_count_sessions(connection->worker);
	connection->renegotiates = false;
	connection->renegotiated = true;
}

static enum stream_result
stream_error(struct connection *connection, int result)
{
	switch (SSL_get_error(connection->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return connection->transport.starved ? STREAM_WAIT
						     : STREAM_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		return STREAM_AGAIN;
	case SSL_ERROR_WANT_X509_LOOKUP: /* in a renegotiation */
		return STREAM_WAIT;
	case SSL_ERROR_ZERO_RETURN:
		return STREAM_ENDED;
	default:
		return STREAM_FAILED;
	}
}
