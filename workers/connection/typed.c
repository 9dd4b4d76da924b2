#include <stdatomic.h>

#include "base/services.h"
#include "base/uplink.h"
#include "connection/connection_state.h"
#include "shared/shared.h"

bool
typed_is_possible(const struct connection *connection)
{
	return config_uses_console(connection->services->config);
}

void
typed_meet(struct connection *connection)
{
	const struct services *services = connection->services;
	bool shaken = connection->state >= CONNECTION_OPEN;
	bool console = typed_is_possible(connection);
	bool held = console && !shaken && services->shared->board->input_waits;

	connection->typed.met = true;
	if (!shaken)
		connection_set_state(
		    connection, held ? CONNECTION_HELD : CONNECTION_HANDSHAKE);
	if (console)
		uplink_say_opened(services->uplink, connection->number, held);
}

void
typed_done(struct connection *connection)
{
	connection->typed.unit = UNIT_NONE;
	uplink_say(connection->services->uplink, MESSAGE_UNIT_DONE,
	    connection->number);
}

void
typed_end(struct connection *connection)
{
	connection->typed.unit = UNIT_NONE;
	if (typed_is_possible(connection))
		uplink_say(connection->services->uplink, MESSAGE_CLOSED,
		    connection->number);
}
