#include <openssl/ssl.h>

#include "connection_state.h"
#include "early_data.h"
#include "stream.h"
#include "text.h"
#include "worker.h"

/* Reads before other connections have a turn. */
#define EARLY_DATA_BUDGET 8

static void early_data_print(struct connection *, const void *, size_t);
static void early_data_print_end(const struct connection *);

enum handshake_result
early_data_step(struct connection *connection)
{
	uint8_t local[STREAM_RECORD], *data;
	int budget = EARLY_DATA_BUDGET;
	size_t size, unsent;

	data = async_buffer(&connection->async, local, sizeof(local));
	while (budget-- > 0) {
		unsent = handshake_before(connection);
		switch (SSL_read_early_data(
		    connection->ssl, data, sizeof(local), &size)) {
		case SSL_READ_EARLY_DATA_SUCCESS:
			early_data_count(connection);
			worker_add(connection->worker, STAT_DATA_IN, size);
			early_data_print(connection, data, size);
			break;
		case SSL_READ_EARLY_DATA_FINISH:
			early_data_count(connection);
			early_data_print_end(connection);
			return HANDSHAKE_DONE;
		default:
			early_data_count(connection);
			return handshake_stuck(connection, 0, unsent);
		}
	}
	return HANDSHAKE_AGAIN;
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
early_data_print(struct connection *connection, const void *data, size_t size)
{
	if (size == 0)
		return;
	if (!connection->early_heard)
		text_printf(TEXT_OUT, "Early data received:\n");
	connection->early_heard = true;
	text_write(TEXT_DATA, data, size);
}

/* Early data of no bytes at all counts as rejected, as in the stock program. */
static void
early_data_print_end(const struct connection *connection)
{
	if (connection->early_heard)
		text_printf(TEXT_OUT, "\nEnd of early data\n");
	else if (SSL_get_early_data_status(connection->ssl) ==
	    SSL_EARLY_DATA_NOT_SENT)
		text_printf(TEXT_OUT, "No early data received\n");
	else
		text_printf(TEXT_OUT, "Early data was rejected\n");
}
