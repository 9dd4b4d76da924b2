#include "master/control_connection.h"

#include <inttypes.h>

#include "config/config.h"
#include "foundation/textbuf.h"
#include "master/control_list.h"
#include "master/master_state.h"
#include "shared/connection_board.h"
#include "shared/shared.h"

/* Bytes of what is listed. */
#define CONTROL_LIST_MAX (16 * 1024 * 1024)

static void control_connection_unit(struct control_call *, struct textbuf *);

bool
control_connection_list(struct control_call *call, int64_t now_ms)
{
	bool whole;
	unsigned count =
	    control_list(call->master, call->answer, CONTROL_LIST_MAX, &whole);

	(void)now_ms;
	if (!whole)
		return control_error(
		    call, "only %u are listed: there is no more room", count);
	return control_ok(call);
}

bool
control_connection_close(struct control_call *call, int64_t now_ms)
{
	struct master *master = call->master;
	uint64_t number = call->order.number;
	int slot = connection_board_find(master->shared->connections, number);

	if (slot == -1)
		return control_error(
		    call, "no connection %" PRIu64 " is open", number);
	channel_say(
	    &master->workers->slot[slot].control, MESSAGE_CLOSE, number);
	return control_connection_closes(call, now_ms);
}

/* The worker tells nobody but the board. */
bool
control_connection_closes(struct control_call *call, int64_t now_ms)
{
	if (now_ms < call->look_ms)
		return false;
	call->look_ms = now_ms + CONTROL_LOOK_MS;
	return connection_board_find(call->master->shared->connections,
		   call->order.number) == -1 &&
	    control_ok(call);
}

bool
control_connection_letter(struct control_call *call, int64_t now_ms)
{
	const struct config *config = call->master->config;

	if (config_uses_console(config) && (config->quiet || config->brief))
		return control_error(
		    call, "with -quiet and -brief a letter is text: send it");
	return control_connection_send(call, now_ms);
}

bool
control_connection_send(struct control_call *call, int64_t now_ms)
{
	if (!config_uses_console(call->master->config))
		return control_error(
		    call, "in this mode connections take no text");
	if (console_find(&call->master->console, call->order.number) == NULL)
		return control_error(call, "no connection %" PRIu64 " is open",
		    call->order.number);
	return control_connection_sends(call, now_ms);
}

/* Behind what the console has sent, and until the peer has it. */
bool
control_connection_sends(struct control_call *call, int64_t now_ms)
{
	struct console_connection *connection =
	    console_find(&call->master->console, call->order.number);
	struct textbuf unit;

	(void)now_ms;
	if (connection == NULL)
		/* Nothing else can be the answer to q. */
		return call->begun && call->order.verb == CONTROL_LETTER
		    ? control_ok(call)
		    : control_error(call, "connection %" PRIu64 " has ended",
			  call->order.number);
	if (call->begun)
		return connection->taken > call->taken && control_ok(call);
	textbuf_init(&unit);
	control_connection_unit(call, &unit);
	call->taken = connection->taken;
	call->begun =
	    master_type(call->master, connection, unit.data, unit.size);
	textbuf_free(&unit);
	return false;
}

/* What a read of the console would have returned. */
static void
control_connection_unit(struct control_call *call, struct textbuf *unit)
{
	const struct control_order *order = &call->order;

	textbuf_append(unit, order->text, order->text_size);
	textbuf_puts(unit, call->master->config->crlf ? "\r\n" : "\n");
}
