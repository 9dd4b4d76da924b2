#include <openssl/ssl.h>

#include "config/config.h"
#include "connection/connection_state.h"
#include "foundation/text.h"
#include "link/early_data.h"
#include "link/stream.h"
#include "worker.h"

/* Reads before other connections have a turn. */
#define EARLY_DATA_BUDGET 8

static void early_data_take(struct connection *, const uint8_t *, size_t);
static bool early_data_is_wanted(const struct connection *);
static void early_data_tell_end(const struct connection *);

enum handshake_result
early_data_step(struct connection *connection)
{
	uint8_t local[STREAM_RECORD], *data;
	int budget = EARLY_DATA_BUDGET;
	size_t size, unsent;

	data = async_buffer(&connection->async, local, sizeof(local));
	while (budget-- > 0) {
		/* The peer has to read first, or the answer would pile up. */
		if (early_data_is_wanted(connection) &&
		    early_data_answered(connection) &&
		    stream_congested(connection))
			return HANDSHAKE_WAIT;
		unsent = handshake_before(connection);
		switch (SSL_read_early_data(
		    connection->ssl, data, sizeof(local), &size)) {
		case SSL_READ_EARLY_DATA_SUCCESS:
			early_data_count(connection);
			worker_add(connection->worker, STAT_DATA_IN, size);
			early_data_take(connection, data, size);
			if (early_data_answered(connection))
				return HANDSHAKE_AGAIN;
			break;
		case SSL_READ_EARLY_DATA_FINISH:
			early_data_count(connection);
			early_data_tell_end(connection);
			return HANDSHAKE_DONE;
		default:
			early_data_count(connection);
			return handshake_stuck(connection, 0, unsent);
		}
	}
	return HANDSHAKE_AGAIN;
}

/*
 * Text that was typed waits for the handshake, as in the stock program. A job
 * that is paused has to be gone on with first. And where libssl shakes hands
 * again it buffers, but forgets what the faults of -nbio_test have left there.
 */
bool
early_data_answered(const struct connection *connection)
{
	return connection->state == CONNECTION_HANDSHAKE &&
	    connection->early_heard && connection->sending &&
	    !connection->handler->tells_early && !connection->async.paused &&
	    (connection->phase == PHASE_EARLY_DATA ||
		!connection_config(connection)->nbio_test);
}

void
early_data_count(struct connection *connection)
{
	int status = SSL_get_early_data_status(connection->ssl);

	if (connection->early_counted || status == SSL_EARLY_DATA_NOT_SENT)
		return;
	connection->early_counted = true;
	worker_count(connection->worker,
	    status == SSL_EARLY_DATA_ACCEPTED ? STAT_EARLY_ACCEPTED
					      : STAT_EARLY_REJECTED);
}

static void
early_data_take(struct connection *connection, const uint8_t *data, size_t size)
{
	const struct handler *handler = connection->handler;

	if (size == 0 || !early_data_is_wanted(connection))
		return;
	if (!connection->early_heard && handler->tells_early)
		text_printf(TEXT_OUT, "Early data received:\n");
	connection->early_heard = true;
	if (handler->readable(connection, data, size) == HANDLER_CLOSE)
		connection->ends = true;
}

/* What comes behind a whole request is read, for the Finished is behind it. */
static bool
early_data_is_wanted(const struct connection *connection)
{
	return !connection->ends && !connection->deaf;
}

/* Early data of no bytes at all counts as rejected, as in the stock program. */
static void
early_data_tell_end(const struct connection *connection)
{
	if (!connection->handler->tells_early)
		return;
	if (connection->early_heard)
		text_printf(TEXT_OUT, "\nEnd of early data\n");
	else if (SSL_get_early_data_status(connection->ssl) ==
	    SSL_EARLY_DATA_NOT_SENT)
		text_printf(TEXT_OUT, "No early data received\n");
	else
		text_printf(TEXT_OUT, "Early data was rejected\n");
}
