/*
 * What comes in at the control socket. However its bytes are divided, the same
 * lines come out, and each is an order, or an error of one line.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "foundation/textbuf.h"
#include "fuzz.h"
#include "master/control_client.h"
#include "master/control_line.h"

#define PARTS_MAX 64

static void
line(const char *at, size_t size)
{
	char *copy = fuzz_copy(at, size);
	struct control_order order;
	struct textbuf error;

	textbuf_init(&error);
	if (control_line_read(&order, copy, size, &error) == 0) {
		HOLDS(error.size == 0 && order.verb < CONTROL_VERBS);
		HOLDS(strlen(order.condition.name) <= CONTROL_NAME_MAX);
		HOLDS(order.text == NULL ||
		    (order.text >= copy &&
			order.text + order.text_size <= copy + size));
		HOLDS(order.seconds <= CONTROL_WAIT_MAX_S);
	} else {
		HOLDS(error.size > 0 && strlen(error.data) == error.size);
		HOLDS(strchr(error.data, '\n') == NULL);
	}
	textbuf_free(&error);
	free(copy);
}

/* Reads all lines of the client, and appends them to the text. */
static void
take_lines(struct control_client *client, struct textbuf *lines)
{
	ssize_t size;

	while (client->fd != -1 && (size = control_client_line(client)) != -1) {
		HOLDS(size <= CONTROL_LINE_MAX);
		line(client->line, (size_t)size);
		textbuf_append(lines, client->line, (size_t)size + 1);
		control_client_next(client, (size_t)size);
	}
}

/* Sends the bytes in parts of this size; each is read at once. */
static void
send_parts(const uint8_t *data, size_t size, size_t part, struct textbuf *lines)
{
	struct control_client client;
	size_t at, next;
	int fd[2];
	char byte;

	HOLDS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
	control_client_open(&client, fd[0]);
	for (at = 0; at < size && client.fd != -1 && !client.last; at = next) {
		next = size - at < part ? size : at + part;
		HOLDS(
		    write(fd[1], data + at, next - at) == (ssize_t)(next - at));
		while (client.fd != -1 && !client.last &&
		    recv(fd[0], &byte, 1, MSG_PEEK) == 1) {
			control_client_hear(&client, POLLIN);
			take_lines(&client, lines);
		}
	}
	control_client_close(&client);
	close(fd[1]);
}

/* The first byte says how large the parts are. */
void
fuzz_input(const uint8_t *data, size_t size)
{
	struct textbuf whole, divided;

	if (size < 1 || size > 64 * 1024)
		return;
	textbuf_init(&whole);
	textbuf_init(&divided);
	send_parts(data + 1, size - 1, size, &whole);
	send_parts(
	    data + 1, size - 1, (size - 1) / PARTS_MAX + 1 + data[0], &divided);
	HOLDS(whole.size == divided.size);
	HOLDS(whole.size == 0 ||
	    memcmp(whole.data, divided.data, whole.size) == 0);
	textbuf_free(&whole);
	textbuf_free(&divided);
}
