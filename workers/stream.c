#include <openssl/err.h>
#include <openssl/ssl.h>

#include "connection_state.h"
#include "stream.h"

static enum stream_result stream_encrypt(struct connection *);
static enum stream_result stream_error(struct connection *, int);

void
connection_send(struct connection *connection, const void *data, size_t size)
{
	textbuf_append(&connection->out, data, size);
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
		if (transport_flush(&connection->transport) ==
		    TRANSPORT_BLOCKED)
			return STREAM_WAIT;
	} while (connection->out.size > 0);
	if (result == STREAM_FAILED)
		(void)transport_flush(&connection->transport);
	return result;
}

enum stream_result
stream_pull(struct connection *connection, void *data, size_t *size)
{
	int result;

	connection->transport.starved = false;
	ERR_clear_error();
	result = SSL_read_ex(connection->ssl, data, STREAM_RECORD, size);
	return result == 1 ? STREAM_DONE : stream_error(connection, result);
}

/* As much as the transport shall hold. DONE: that much is done. */
static enum stream_result
stream_encrypt(struct connection *connection)
{
	struct textbuf *out = &connection->out;
	size_t written;
	int result;

	while (connection->out_sent < out->size &&
	    transport_unsent(&connection->transport) < TRANSPORT_HIGH) {
		connection->transport.starved = false;
		ERR_clear_error();
		result = SSL_write_ex(connection->ssl,
		    out->data + connection->out_sent,
		    out->size - connection->out_sent, &written);
		if (result != 1)
			return stream_error(connection, result);
		connection->out_sent += written;
	}
	if (connection->out_sent == out->size) {
		textbuf_free(out);
		connection->out_sent = 0;
	}
	return STREAM_DONE;
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
	case SSL_ERROR_ZERO_RETURN:
		return STREAM_ENDED;
	default:
		return STREAM_FAILED;
	}
}
