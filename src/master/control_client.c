#include "master/control_client.h"

#include <sys/socket.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "foundation/monotime.h"

static void control_client_read(struct control_client *);
static void control_client_write(struct control_client *);

void
control_client_open(struct control_client *client, int fd)
{
	client->fd = fd;
	client->ended = client->last = false;
	client->size = 0;
	client->patience_ms = 0;
	textbuf_init(&client->answer);
}

void
control_client_close(struct control_client *client)
{
	if (client->fd == -1)
		return;
	close(client->fd);
	client->fd = -1;
	textbuf_free(&client->answer);
}

struct pollfd
control_client_pollfd(const struct control_client *client, bool answering)
{
	struct pollfd pollfd = { .fd = client->fd };

	if (client->answer.size > 0 && !answering)
		pollfd.events = POLLOUT;
	else if (!client->ended && client->size < sizeof(client->line))
		pollfd.events = POLLIN;
	return pollfd;
}

void
control_client_hear(struct control_client *client, short events)
{
	if (events & POLLIN)
		control_client_read(client);
	if (client->fd != -1 && (events & POLLOUT))
		control_client_write(client);
	/* It has gone, or has it all: what it cannot read is not made. */
	if (client->fd != -1 && (events & (POLLHUP | POLLERR | POLLNVAL)) &&
	    !(events & POLLIN))
		control_client_close(client);
}

ssize_t
control_client_line(struct control_client *client)
{
	const char *end = memchr(client->line, '\n', client->size);

	if (client->last)
		return -1;
	if (end != NULL)
		return end - client->line;
	if (client->size == sizeof(client->line))
		textbuf_printf(&client->answer,
		    "error a line of more than %d bytes\n", CONTROL_LINE_MAX);
	else if (client->ended && client->size > 0)
		textbuf_puts(
		    &client->answer, "error the last line has no newline\n");
	else
		return -1;
	client->last = true;
	control_client_answer(client);
	return -1;
}

void
control_client_next(struct control_client *client, size_t size)
{
	client->size -= size + 1;
	memmove(client->line, client->line + size + 1, client->size);
}

void
control_client_answer(struct control_client *client)
{
	client->patience_ms = monotime_ms() + CONTROL_PATIENCE_MS;
	control_client_write(client);
}

void
control_client_act(struct control_client *client, int64_t now_ms)
{
	bool done = client->answer.size == 0 && (client->ended || client->last);

	if (done || (client->patience_ms != 0 && now_ms >= client->patience_ms))
		control_client_close(client);
}

static void
control_client_read(struct control_client *client)
{
	size_t room = sizeof(client->line) - client->size;
	ssize_t n = read(client->fd, client->line + client->size, room);

	if (n > 0)
		client->size += (size_t)n;
	else if (n == 0)
		client->ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		control_client_close(client);
}

static void
control_client_write(struct control_client *client)
{
	ssize_t n = send(
	    client->fd, client->answer.data, client->answer.size, MSG_NOSIGNAL);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == -1) {
		control_client_close(client);
		return;
	}
	textbuf_drop(&client->answer, (size_t)n);
	client->patience_ms = monotime_ms() + CONTROL_PATIENCE_MS;
	if (client->answer.size > 0)
		return;
	client->patience_ms = 0;
	textbuf_free(&client->answer);
}
