#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/log.h"
#include "handlers/http_exchange.h"
#include "text/transcript.h"
#include "tls/base/tls_error.h"

/* The most bytes queued at once, so the most that a slow reader costs. */
#define HTTP_PIECE (64 * 1024)

static bool http_exchange_take(
    struct connection *, struct http_exchange *, char *, http_answer *);
static void
http_exchange_keep_head(struct connection *, struct http_exchange *);
static void
http_exchange_close_file(struct connection *, struct http_exchange *);
static enum handler_verdict http_exchange_send(struct connection *);
static size_t
http_exchange_send_text(struct connection *, struct http_exchange *, size_t);
static bool
http_exchange_send_file(struct connection *, struct http_exchange *, size_t);

void
http_exchange_begin(struct connection *connection)
{
	struct http_exchange *exchange = calloc(1, sizeof(*exchange));

	if (exchange == NULL)
		fatalx("out of memory");
	http_lines_init(&exchange->lines);
	textbuf_init(&exchange->text);
	exchange->fd = -1;
	connection_set_handler_data(connection, exchange);
}

void
http_exchange_failed(struct connection *connection)
{
	if (!connection_config(connection)->quiet)
		tls_error_print();
}

/* Answers after the request line. What follows it is ignored. */
enum handler_verdict
http_exchange_readable(struct connection *connection, const uint8_t *data,
    size_t size, http_answer *answer)
{
	struct http_exchange *exchange = connection_handler_data(connection);
	struct textbuf *line;

	/* The client is read only to see it leave. */
	if (exchange->answering)
		return HANDLER_CONTINUE;
	http_lines_feed(&exchange->lines, data, size);
	while ((line = http_lines_next(&exchange->lines)) != NULL)
		if (!exchange->renegotiating &&
		    http_exchange_take(
			connection, exchange, line->data, answer))
			return http_exchange_answer(connection);
	return HANDLER_CONTINUE;
}

/* Returns true if the line is a request and was answered. */
static bool
http_exchange_take(struct connection *connection,
    struct http_exchange *exchange, char *line, http_answer *answer)
{
	enum http_method method;
	char *target;

	switch (method = http_method(line, &target)) {
	case HTTP_NOTHING:
		return false;
	case HTTP_GET:
	case HTTP_HEAD:
		exchange->head_only = method == HTTP_HEAD;
		return answer(connection, exchange, target);
	case HTTP_OTHER:
		break;
	}
	textbuf_puts(&exchange->text,
	    "HTTP/1.0 501 Not Implemented\r\nAllow: GET, HEAD\r\n"
	    "Content-type: text/plain\r\n\r\n"
	    "only GET and HEAD are served\r\n");
	return true;
}

enum handler_verdict
http_exchange_answer(struct connection *connection)
{
	struct http_exchange *exchange = connection_handler_data(connection);

	if (exchange->head_only && exchange->text.size > 0)
		http_exchange_keep_head(connection, exchange);
	exchange->answering = true;
	connection_stop_reading(connection);
	return http_exchange_send(connection);
}

/*
 * Keep only the head of an answer that has a head of our own, and add the
 * length of the body (RFC 9110, section 9.3.2).
 */
static void
http_exchange_keep_head(
    struct connection *connection, struct http_exchange *exchange)
{
	struct textbuf *text = &exchange->text;
	char *end = strstr(text->data, "\r\n\r\n") + strlen("\r\n");
	size_t size = (size_t)(end - text->data);
	size_t body_size = text->size - size - strlen("\r\n");

	text->size = size;
	if (exchange->file_size != -1)
		textbuf_printf(text, "Content-length: %ju\r\n",
		    (uintmax_t)body_size + (uintmax_t)exchange->file_size);
	textbuf_puts(text, "\r\n");
	http_exchange_close_file(connection, exchange);
}

enum handler_verdict
http_exchange_writable(struct connection *connection)
{
	struct http_exchange *exchange = connection_handler_data(connection);

	return exchange->answering ? http_exchange_send(connection)
				   : HANDLER_CONTINUE;
}

/*
 * It is no error if a client does not want the rest of its answer, or does not
 * renegotiate.
 */
void
http_exchange_ended(struct connection *connection, enum connection_end end)
{
	struct http_exchange *exchange = connection_handler_data(connection);

	if (end == END_ERROR && !exchange->answering &&
	    !exchange->renegotiating && !transcript_peer_vanished() &&
	    !connection_config(connection)->quiet)
		tls_error_print();
}

/* While a connection lingers, a FIFO's data is for the next reader. */
void
http_exchange_shut(struct connection *connection)
{
	http_exchange_close_file(
	    connection, connection_handler_data(connection));
}

void
http_exchange_close(struct connection *connection)
{
	struct http_exchange *exchange = connection_handler_data(connection);

	if (exchange == NULL)
		return;
	http_lines_free(&exchange->lines);
	textbuf_free(&exchange->text);
	http_exchange_close_file(connection, exchange);
	free(exchange);
}

static void
http_exchange_close_file(
    struct connection *connection, struct http_exchange *exchange)
{
	if (exchange->fd == -1)
		return;
	connection_await_no_more(connection);
	close(exchange->fd);
	exchange->fd = -1;
}

/*
 * Queue the next piece of the answer. After the last one the connection ends.
 * The end of the text and the beginning of the file share one record.
 */
static enum handler_verdict
http_exchange_send(struct connection *connection)
{
	struct http_exchange *exchange = connection_handler_data(connection);
	size_t room = HTTP_PIECE;

	room -= http_exchange_send_text(connection, exchange, room);
	if (room == 0 || http_exchange_send_file(connection, exchange, room))
		return HANDLER_CONTINUE;
	return HANDLER_CLOSE;
}

/* Returns how many bytes were queued: all that are left, or as many as fit. */
static size_t
http_exchange_send_text(
    struct connection *connection, struct http_exchange *exchange, size_t room)
{
	size_t size = exchange->text.size - exchange->sent;

	if (size > room)
		size = room;
	if (size == 0)
		return 0;
	connection_send(connection, exchange->text.data + exchange->sent, size);
	exchange->sent += size;
	return size;
}

/*
 * Returns true if more may come. The file may grow or shrink meanwhile: it ends
 * where read(2) finds the end. A FIFO ends when its writers have gone. Before
 * the first one has come it looks the same, so wait for data first.
 */
static bool
http_exchange_send_file(
    struct connection *connection, struct http_exchange *exchange, size_t room)
{
	void *space;
	ssize_t size;

	if (exchange->fd == -1)
		return false;
	if (connection_awaits(connection))
		return true;
	if (exchange->file_size == -1 && !exchange->begun) {
		exchange->begun = true;
		return connection_await(connection, exchange->fd);
	}
	space = connection_send_space(connection, room);
	size = read(exchange->fd, space, room);
	if (size == -1 && errno == EAGAIN)
		return connection_await(connection, exchange->fd);
	if (size <= 0)
		return false;
	if (exchange->head_only)
		size = (ssize_t)http_head_take(
		    &exchange->head, space, (size_t)size);
	connection_send_filled(connection, (size_t)size);
	return !exchange->head.over;
}
