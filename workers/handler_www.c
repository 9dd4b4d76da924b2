#include <string.h>

#include "connection.h"
#include "http_exchange.h"
#include "status_page.h"

static enum handler_verdict
www_readable(struct connection *, const uint8_t *, size_t);
static http_answer www_answer;

const struct handler handler_www = {
	.name = "www",
	.open = http_exchange_open,
	.failed = http_exchange_failed,
	.readable = www_readable,
	.writable = http_exchange_writable,
	.ended = http_exchange_ended,
	.close = http_exchange_close,
};

static enum handler_verdict
www_readable(struct connection *connection, const uint8_t *data, size_t size)
{
	return http_exchange_readable(connection, data, size, www_answer);
}

/* Whatever the path. */
static bool
www_answer(
    struct connection *connection, struct http_exchange *exchange, char *line)
{
	if (strncmp(line, "GET ", 4) != 0)
		return false;
	status_page(connection, &exchange->text);
	return true;
}
