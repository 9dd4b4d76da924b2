#include <errno.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "client_end.h"
#include "client_socket.h"
#include "clock.h"
#include "settings.h"

#define CLIENT_READ_SIZE (16 * 1024)

static enum client_step client_drain_datagrams(struct client *);

/* The state in which a failure happened, in words. */
static const char *const client_state_names[] = {
	[CLIENT_CONNECT] = "connect",
	[CLIENT_EARLY] = "early data",
	[CLIENT_HANDSHAKE] = "handshake",
	[CLIENT_MUTTER] = "half ClientHello",
	[CLIENT_HELD] = "hold",
	[CLIENT_SEND] = "send",
	[CLIENT_ECHO] = "echo",
	[CLIENT_READ] = "read",
	[CLIENT_AWAIT_END] = "wait for the end",
	[CLIENT_CLOSE] = "close",
	[CLIENT_OVER] = "over",
};

enum client_step
client_succeed(struct client *client)
{
	client->ok = true;
	if (client->world->settings->read_to_end)
		report_answer(
		    client->world->report, clock_now_us() - client->start_us);
	client->worker = answer_worker(&client->answer);
	if (client->ssl != NULL) {
		SSL_shutdown(client->ssl);
		ERR_clear_error();
	}
	if (!client->world->settings->dtls)
		shutdown(client->fd, SHUT_WR);
	client->close_us = clock_now_us();
	client->wants_write = false;
	client->state = CLIENT_CLOSE;
	return STEP_AGAIN;
}

enum client_step
client_fail(struct client *client, const char *why)
{
	report_error(client->world->report, "connection %u%s: %s: %s",
	    client->job->number, client->job->resuming ? ", resuming" : "",
	    client_state_names[client->state], why);
	client->ok = false;
	client->state = CLIENT_OVER;
	return STEP_AGAIN;
}

enum client_step
client_wait_or_fail(struct client *client, int n)
{
	const char *why = client_trouble(client, n);

	return why == NULL ? STEP_WAIT : client_fail(client, why);
}

enum client_step
client_drain(struct client *client)
{
	char data[CLIENT_READ_SIZE];
	ssize_t n;

	if (client->world->settings->dtls)
		return client_drain_datagrams(client);
	while ((n = recv(client->fd, data, sizeof(data), 0)) > 0)
		client->bytes.received += (size_t)n;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return STEP_WAIT;
	client->state = CLIENT_OVER;
	return STEP_WAIT;
}

/* With UDP only close_notify tells that the server has ended. */
static enum client_step
client_drain_datagrams(struct client *client)
{
	int n, trouble;

	while ((n = client_receive(client, &trouble)) > 0)
		;
	if (n == -1 &&
	    SSL_get_error(client->ssl, trouble) == SSL_ERROR_WANT_READ)
		return STEP_WAIT;
	client->world->report->closed += n == 0;
	client->state = CLIENT_OVER;
	return STEP_WAIT;
}

enum client_step
client_over(struct client *client)
{
	(void)client;
	return STEP_WAIT;
}
