/*
 * What a handler may do with a connection, and what the connection does after
 * the handler's verdict.
 */
#include "base/services.h"
#include "connection/connection_state.h"
#include "link/commands.h"
#include "link/stream.h"
#include "shared/shared.h"

SSL *
connection_ssl(struct connection *connection)
{
	return connection->link.ssl;
}

const struct config *
connection_config(const struct connection *connection)
{
	return connection->services->config;
}

struct page_store *
connection_pages(const struct connection *connection)
{
	return connection->services->pages;
}

const char *
connection_label(const struct connection *connection)
{
	return connection->label;
}

unsigned
connection_worker(const struct connection *connection)
{
	return connection->services->number;
}

void
connection_stats_table(
    const struct connection *connection, struct textbuf *table)
{
	shared_stats_table(connection->services->shared, table);
}

bool
connection_in_early_data(const struct connection *connection)
{
	return connection->link.shake.phase == PHASE_EARLY_DATA;
}

void
connection_set_handler_data(struct connection *connection, void *data)
{
	connection->handler_data = data;
}

void *
connection_handler_data(const struct connection *connection)
{
	return connection->handler_data;
}

void
connection_stop_reading(struct connection *connection)
{
	connection->deaf = true;
}

bool
connection_await(struct connection *connection, int fd)
{
	if (loop_add(connection->services->loop, &connection->source, fd,
		EPOLLIN) == -1)
		return false;
	connection->deaf = false;
	/* The wait may be long, so free the room for an answer. */
	if (connection->link.out.size == 0)
		textbuf_free(&connection->link.out);
	return true;
}

bool
connection_awaits(const struct connection *connection)
{
	return connection->source.fd != -1;
}

void
connection_await_no_more(struct connection *connection)
{
	loop_remove(connection->services->loop, &connection->source);
}

void
connection_send(struct connection *connection, const void *data, size_t size)
{
	stream_send(&connection->link, data, size);
}

void *
connection_send_space(struct connection *connection, size_t size)
{
	return stream_space(&connection->link, size);
}

void
connection_send_filled(struct connection *connection, size_t size)
{
	stream_filled(&connection->link, size);
}

void
connection_send_clear(
    struct connection *connection, const void *data, size_t size)
{
	transport_write_clear(&connection->link.transport, data, size);
}

void
connection_command(struct connection *connection, const struct command *command)
{
	connection->typed.command = command;
}

int
connection_renegotiate(struct connection *connection, bool with_certificate)
{
	return command_renegotiate(&connection->link, with_certificate);
}

bool
connection_renegotiates(const struct connection *connection)
{
	return connection->link.renegotiates;
}

void
connection_obey(struct connection *connection, enum handler_verdict verdict)
{
	if (verdict != HANDLER_CLOSE)
		return;
	if (connection->state == CONNECTION_OPEN)
		connection_set_state(connection, CONNECTION_FLUSH);
	else if (connection->state == CONNECTION_HANDSHAKE)
		connection->ends = true;
}

void
connection_pushed(struct connection *connection)
{
	connection->link.sending = false;
	if (connection->typed.unit == UNIT_QUEUED)
		typed_done(connection);
	if (connection->handler->writable != NULL && !connection->ends)
		connection_obey(
		    connection, connection->handler->writable(connection));
}

void
connection_tell_renegotiated(struct connection *connection)
{
	if (!connection->link.renegotiated)
		return;
	connection->link.renegotiated = false;
	if (connection->handler->blocked != NULL)
		connection_obey(
		    connection, connection->handler->blocked(connection));
}
