#include <openssl/ssl.h>

#include "base/services.h"
#include "connection/connection_early.h"
#include "connection/connection_state.h"
#include "foundation/text.h"
#include "link/early_data.h"
#include "link/stream.h"

static void early_take(struct connection *, const uint8_t *, size_t);
static bool early_is_wanted(const struct connection *);
static void early_tell_end(const struct connection *);

enum link_result
early_step(struct connection *connection)
{
	struct link *link = &connection->link;
	uint8_t local[EARLY_DATA_SIZE], *data = early_data_buffer(link, local);
	int budget = CONNECTION_BUDGET;
	enum link_result result;
	size_t size;

	while (budget-- > 0) {
		/* The peer has to read first, or answers would pile up. */
		if (early_is_wanted(connection) &&
		    early_is_answered(connection) && stream_congested(link))
			return LINK_WAIT;
		result = early_data_read(link, data, &size);
		if (result == LINK_DONE)
			early_tell_end(connection);
		if (size == 0)
			return result;
		early_take(connection, data, size);
		if (early_is_answered(connection))
			return LINK_AGAIN;
	}
	return LINK_AGAIN;
}

/*
 * Typed text waits for the handshake, as in the stock program. A paused job
 * must go on first. And in the next phase libssl buffers its writes, but loses
 * what the faults of -nbio_test left in the buffer.
 */
bool
early_is_answered(const struct connection *connection)
{
	return connection->state == CONNECTION_HANDSHAKE &&
	    connection->link.shake.early_heard && connection->link.sending &&
	    !connection->handler->tells_early &&
	    !connection->link.shake.async.paused &&
	    (connection->link.shake.phase == PHASE_EARLY_DATA ||
		!connection->services->config->nbio_test);
}

bool
early_answer(struct connection *connection)
{
	int budget = CONNECTION_BUDGET;

	while (early_is_answered(connection))
		switch (stream_push(&connection->link)) {
		case LINK_DONE:
			connection_pushed(connection);
			if (--budget > 0)
				break;
			connection_resume(connection);
			return true;
		case LINK_WAIT:
		case LINK_SUSPENDED:
			return true;
		case LINK_AGAIN:
			connection_resume(connection);
			return false;
		case LINK_ENDED:
		case LINK_FAILED:
			handshake_fail(&connection->link,
			    connection->link.transport.write_error != 0
				? STAT_FAILED_CLOSED
				: STAT_FAILED_OTHER);
			connection_fail(connection);
			return false;
		}
	return true;
}

static void
early_take(struct connection *connection, const uint8_t *data, size_t size)
{
	const struct handler *handler = connection->handler;

	if (!early_is_wanted(connection))
		return;
	if (!connection->link.shake.early_heard && handler->tells_early)
		text_printf(TEXT_OUT, "Early data received:\n");
	connection->link.shake.early_heard = true;
	if (handler->readable(connection, data, size) == HANDLER_CLOSE)
		connection->ends = true;
}

/*
 * Early data that the handler does not want is read, too, because the Finished
 * is behind it.
 */
static bool
early_is_wanted(const struct connection *connection)
{
	return !connection->ends && !connection->deaf;
}

/* Early data of no bytes at all counts as rejected, as in the stock program. */
static void
early_tell_end(const struct connection *connection)
{
	if (!connection->handler->tells_early)
		return;
	if (connection->link.shake.early_heard)
		text_printf(TEXT_OUT, "\nEnd of early data\n");
	else if (SSL_get_early_data_status(connection->link.ssl) ==
	    SSL_EARLY_DATA_NOT_SENT)
		text_printf(TEXT_OUT, "No early data received\n");
	else
		text_printf(TEXT_OUT, "Early data was rejected\n");
}
