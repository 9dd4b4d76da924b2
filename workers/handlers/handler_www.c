#include <string.h>

#include "handlers/handlers.h"
#include "handlers/http_exchange.h"
#include "handlers/status_page.h"

static enum handler_verdict
www_readable(struct connection *, const uint8_t *, size_t);
static enum handler_verdict www_blocked(struct connection *);
static http_answer www_answer;
static bool www_renegotiate(struct connection *, const char *);

const struct handler handler_www = {
	.name = "www",
	.traits = { .silent = true, .no_datagrams = HTTP_NO_DATAGRAMS },
	.begin = http_exchange_begin,
	.failed = http_exchange_failed,
	.readable = www_readable,
	.blocked = www_blocked,
	.writable = http_exchange_writable,
	.ended = http_exchange_ended,
	.close = http_exchange_close,
};

static enum handler_verdict
www_readable(struct connection *connection, const uint8_t *data, size_t size)
{
	return http_exchange_readable(connection, data, size, www_answer);
}

/* The new handshake of GET /reneg may be over. */
static enum handler_verdict
www_blocked(struct connection *connection)
{
	struct http_exchange *exchange = connection_handler_data(connection);

	if (!exchange->renegotiating || connection_renegotiates(connection))
		return HANDLER_CONTINUE;
	exchange->renegotiating = false;
	status_page(connection, &exchange->text);
	return http_exchange_answer(connection);
}

/*
 * The answer is the same for each path. What follows a request to renegotiate
 * is ignored.
 */
static bool
www_answer(
    struct connection *connection, struct http_exchange *exchange, char *target)
{
	exchange->renegotiating =
	    !exchange->head_only && www_renegotiate(connection, target);
	if (exchange->renegotiating)
		return false;
	status_page(connection, &exchange->text);
	return true;
}

/* Returns true after trying to renegotiate. */
static bool
www_renegotiate(struct connection *connection, const char *target)
{
	if (strncmp(target, "/reneg", 6) != 0)
		return false;
	/* If it failed, so will the next read. */
	return connection_renegotiate(
		   connection, strncmp(target, "/renegcert", 10) == 0) != 0;
}
