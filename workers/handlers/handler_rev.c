#include <stdlib.h>
#include <string.h>

#include "base/http.h"
#include "config/config.h"
#include "foundation/log.h"
#include "handlers/brief.h"
#include "handlers/handlers.h"

static void rev_begin(struct connection *);
static enum handler_verdict rev_open(struct connection *);
static enum handler_verdict
rev_readable(struct connection *, const uint8_t *, size_t);
static void rev_close(struct connection *);
static void rev_strip(struct textbuf *);
static void rev_reverse(char *, size_t);

const struct handler handler_rev = {
	.name = "rev",
	.traits = { .no_datagrams = "Can't use -rev with DTLS" },
	.begin = rev_begin,
	.open = rev_open,
	.failed = brief_failed,
	.readable = rev_readable,
	.ended = brief_ended,
	.close = rev_close,
};

static void
rev_begin(struct connection *connection)
{
	struct http_lines *lines = malloc(sizeof(*lines));

	if (lines == NULL)
		fatalx("out of memory");
	http_lines_init(lines);
	connection_set_handler_data(connection, lines);
}

static enum handler_verdict
rev_open(struct connection *connection)
{
	brief_established(connection);
	return HANDLER_CONTINUE;
}

static enum handler_verdict
rev_readable(struct connection *connection, const uint8_t *data, size_t size)
{
	const struct config *config = connection_config(connection);
	struct http_lines *lines = connection_handler_data(connection);
	struct textbuf *line;

	http_lines_feed(lines, data, size);
	while ((line = http_lines_next(lines)) != NULL) {
		rev_strip(line);
		if (!config->ign_eof && line->size == 5 &&
		    memcmp(line->data, "CLOSE", 5) == 0)
			return HANDLER_CLOSE;
		rev_reverse(line->data, line->size);
		textbuf_puts(line, "\n");
		connection_send(connection, line->data, line->size);
	}
	return HANDLER_CONTINUE;
}

static void
rev_close(struct connection *connection)
{
	struct http_lines *lines = connection_handler_data(connection);

	if (lines != NULL)
		http_lines_free(lines);
	free(lines);
}

static void
rev_strip(struct textbuf *line)
{
	while (line->size > 0 &&
	    (line->data[line->size - 1] == '\n' ||
		line->data[line->size - 1] == '\r'))
		line->data[--line->size] = '\0';
}

static void
rev_reverse(char *data, size_t size)
{
	size_t i;
	char c;

	for (i = 0; i < size / 2; i++) {
		c = data[i];
		data[i] = data[size - 1 - i];
		data[size - 1 - i] = c;
	}
}
