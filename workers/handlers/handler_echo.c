#include "handlers/brief.h"
#include "handlers/handlers.h"

static enum handler_verdict echo_open(struct connection *);
static enum handler_verdict
echo_readable(struct connection *, const uint8_t *, size_t);

const struct handler handler_echo = {
	.name = "echo",
	.open = echo_open,
	.failed = brief_failed,
	.readable = echo_readable,
	.ended = brief_ended,
};

static enum handler_verdict
echo_open(struct connection *connection)
{
	brief_established(connection);
	return HANDLER_CONTINUE;
}

/* The answer goes out before more is read, so each DTLS datagram gets one. */
static enum handler_verdict
echo_readable(struct connection *connection, const uint8_t *data, size_t size)
{
	connection_send(connection, data, size);
	return HANDLER_CONTINUE;
}
