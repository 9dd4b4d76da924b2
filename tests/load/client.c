#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "client.h"
#include "client_end.h"
#include "client_shake.h"
#include "client_socket.h"
#include "client_talk.h"
#include "clock.h"
#include "endpoint.h"
#include "settings.h"
#include "tls.h"

static void client_begin_anew(struct client *);

static enum client_step (*const client_steps[])(struct client *) = {
	[CLIENT_CONNECT] = client_connect,
	[CLIENT_EARLY] = client_early,
	[CLIENT_HANDSHAKE] = client_handshake,
	[CLIENT_MUTTER] = client_mutter,
	[CLIENT_HELD] = client_held,
	[CLIENT_SEND] = client_send,
	[CLIENT_ECHO] = client_echo,
	[CLIENT_READ] = client_read,
	[CLIENT_AWAIT_END] = client_await_end,
	[CLIENT_CLOSE] = client_drain,
	[CLIENT_OVER] = client_over,
};

struct client *
client_open(struct client_world *world, struct job *job)
{
	struct client *client;

	if ((client = calloc(1, sizeof(*client))) == NULL) {
		report_error(world->report, "out of memory");
		return NULL;
	}
	client->world = world;
	client->job = job;
	client->start_us = clock_now_us();
	client->fd = endpoint_open(world->settings, job->number);
	if (client->fd == -1) {
		report_error(world->report, "connection %u: connect: %s",
		    job->number, strerror(errno));
		client_free(client);
		return NULL;
	}
	client->wants_write = true;
	return client;
}

void
client_run(struct client *client)
{
	while (client_steps[client->state](client) == STEP_AGAIN)
		;
}

void
client_release(struct client *client)
{
	if (client->ssl == NULL)
		client_succeed(client);
	else
		client_exchange(client);
	client_run(client);
}

void
client_tick(struct client *client, int64_t now_us)
{
	const struct settings *settings = client->world->settings;

	if (!settings->dtls || client->ssl == NULL ||
	    client->state >= CLIENT_CLOSE)
		return;
	ERR_clear_error();
	if (DTLSv1_handle_timeout(client->ssl) == -1)
		client_fail(client, tls_reason());
	else if ((client->state == CLIENT_HANDSHAKE ||
		     client->state == CLIENT_ECHO) &&
	    settings->give_up_ms != 0 &&
	    now_us - client->start_us > settings->give_up_ms * INT64_C(1000))
		client_fail(client, "given up");
	if (client->state != CLIENT_ECHO || client->echo == NULL)
		return;
	if (echo_expire(client->echo, now_us) && settings->echo.anew)
		client_begin_anew(client);
	else
		client_run(client);
}

/*
 * The server has forgotten this peer, which begins again from the same port.
 * Bytes since the last answer came from an unknown sender and do not count.
 */
static void
client_begin_anew(struct client *client)
{
	struct report *report = client->world->report;

	if (BIO_number_read(SSL_get_rbio(client->ssl)) != client->heard) {
		client_fail(client, "heard from a stranger");
		return;
	}
	report->echo.anew++;
	echo_forget(client->echo);
	client_count_bytes(client);
	SSL_free(client->ssl);
	client->start_us = clock_now_us();
	client->state = CLIENT_HANDSHAKE;
	if (!client_start_tls(client))
		client_fail(client, tls_reason());
	client_run(client);
}

void
client_give_up(struct client *client)
{
	/* The server has answered; that it does not close is not a failure. */
	if (client->state != CLIENT_CLOSE)
		client_fail(client, "out of time");
	client->state = CLIENT_OVER;
}

void
client_free(struct client *client)
{
	client_count_bytes(client);
	report_add_bytes(client->world->report, &client->bytes);
	SSL_free(client->ssl);
	echo_free(client->echo);
	if (client->fd != -1)
		close(client->fd);
	answer_free(&client->answer);
	free(client);
}
