/*
 * Units of standard input, as they come from the master.
 */
#include "connection/connection_state.h"
#include "foundation/text.h"
#include "link/commands.h"
#include "link/stream.h"

static void typed_drive(struct connection *);

void
typed_release(struct connection *connection)
{
	if (connection->state != CONNECTION_HELD)
		return;
	connection_set_state(connection, CONNECTION_HANDSHAKE);
	if (connection->link.transport.can_read)
		connection_go_on(connection);
}

void
typed_take(
    struct connection *connection, const void *data, size_t size, bool quit)
{
	const struct services *services = connection->services;
	bool shaken = connection->state == CONNECTION_OPEN;
	enum handler_verdict verdict = HANDLER_CLOSE;

	if (connection->state >= CONNECTION_FLUSH)
		return;
	connection_enter(connection);
	if (quit)
		text_printf(TEXT_OUT, "DONE\n");
	else
		verdict = connection->handler->unit(connection, data, size);
	connection->typed.unit = UNIT_QUEUED;
	if (connection->typed.command != NULL) {
		/* A command waits for the handshake, unlike text. */
		connection->typed.unit = UNIT_COMMAND;
		if (connection->state == CONNECTION_HELD)
			connection_set_state(connection, CONNECTION_HANDSHAKE);
	} else if (verdict == HANDLER_CLOSE) {
		outcome_ends(&connection->link.outcome, CARD_END_COMMAND);
		if (shaken)
			connection_set_state(connection, CONNECTION_FLUSH);
		else
			connection_begin_end(connection, END_LOCAL);
	} else if (stream_unsent(&connection->link) == 0) {
		typed_done(connection);
		typed_release(connection);
		connection_leave(services);
		return;
	} else if (!shaken) {
		typed_drive(connection);
	}
	connection_go_on(connection);
}

void
typed_run_command(struct connection *connection)
{
	command_run(connection->typed.command, &connection->link);
	connection->typed.command = NULL;
	typed_done(connection);
}

/* Text that comes before the client's next message drives the handshake. */
static void
typed_drive(struct connection *connection)
{
	struct link *link = &connection->link;

	if (link->transport.read_bytes != link->shake.early_bytes)
		return;
	connection->typed.unit = UNIT_DROVE;
	handshake_begin(link, PHASE_LAST);
	if (connection->state == CONNECTION_HELD)
		connection_set_state(connection, CONNECTION_HANDSHAKE);
}
