#include <errno.h>

#include <openssl/err.h>

#include "client_socket.h"
#include "client_talk.h"
#include "clock.h"
#include "settings.h"
#include "tls.h"

#define CLIENT_PIECE (16 * 1024)

static size_t client_unsent(const struct client *);
static int client_echo_read(struct client *);
static enum client_step client_answered(struct client *, bool);

/* During a hold tickets may come, and text that was typed at the server. */
enum client_step
client_held(struct client *client)
{
	int n, trouble;

	if ((n = client_receive(client, &trouble)) > 0)
		return STEP_AGAIN;
	if (n == 0)
		return client_fail(client, "the server closed it");
	return client_wait_or_fail(client, trouble);
}

enum client_step
client_exchange(struct client *client)
{
	const struct settings *settings = client->world->settings;

	if (settings->echo.count > 0) {
		client->state = CLIENT_ECHO;
		return STEP_AGAIN;
	}
	client->state = client_unsent(client) > 0 ? CLIENT_SEND : CLIENT_READ;
	return STEP_AGAIN;
}

enum client_step
client_send(struct client *client)
{
	static const char nothing[CLIENT_PIECE];
	const struct settings *settings = client->world->settings;
	const char *data = nothing;
	size_t size = client_unsent(client);
	int n;

	if (settings->bulk_size == 0)
		data = settings->send + client->sent;
	else if (size > sizeof(nothing))
		size = sizeof(nothing);
	ERR_clear_error();
	n = SSL_write(client->ssl, data, (int)size);
	if (n <= 0)
		return client_wait_or_fail(client, n);
	client->wants_write = false;
	client->sent += (size_t)n;
	client->bytes.data_sent += (size_t)n;
	if (client_unsent(client) == 0)
		client->state = CLIENT_READ;
	return STEP_AGAIN;
}

static size_t
client_unsent(const struct client *client)
{
	const struct settings *settings = client->world->settings;

	return settings->send_size + settings->bulk_size - client->sent;
}

enum client_step
client_echo(struct client *client)
{
	const struct settings *settings = client->world->settings;
	char data[ECHO_SIZE_MAX];
	int64_t now_us;
	int n;

	if (client->echo == NULL &&
	    (client->echo = echo_open(&settings->echo, client->job->number,
		 &client->world->report->echo)) == NULL)
		return client_fail(client, "out of memory");
	if ((n = client_echo_read(client)) <= 0 &&
	    client_wait_or_fail(client, n) == STEP_AGAIN)
		return STEP_AGAIN;
	while (echo_next(client->echo, data, now_us = clock_now_us())) {
		ERR_clear_error();
		n = SSL_write(client->ssl, data, (int)settings->echo.size);
		if (n <= 0)
			return client_wait_or_fail(client, n);
		client->bytes.data_sent += (size_t)n;
		echo_sent(client->echo, now_us);
	}
	client->wants_write = false;
	return echo_over(client->echo) ? client_answered(client, true)
				       : STEP_WAIT;
}

/* Reads everything that is there. Returns the result of the last read. */
static int
client_echo_read(struct client *client)
{
	char data[ECHO_SIZE_MAX];
	int n;

	for (;;) {
		errno = 0;
		ERR_clear_error();
		n = SSL_read(client->ssl, data, sizeof(data));
		if (n <= 0)
			return n;
		client->bytes.data_received += (size_t)n;
		client->heard = BIO_number_read(SSL_get_rbio(client->ssl));
		echo_received(client->echo, data, (size_t)n, clock_now_us());
	}
}

enum client_step
client_read(struct client *client)
{
	int n, trouble;

	if ((n = client_receive(client, &trouble)) == 0)
		return client_answered(client, true);
	if (n == -1 && client_wait_or_fail(client, trouble) == STEP_AGAIN)
		return STEP_AGAIN;
	/* The session that the client waits for comes without data. */
	if (!client->world->settings->read_to_end &&
	    client_answered(client, false) == STEP_AGAIN)
		return STEP_AGAIN;
	return n > 0 ? STEP_AGAIN : STEP_WAIT;
}

/* Returns STEP_WAIT if more must come. */
static enum client_step
client_answered(struct client *client, bool at_end)
{
	const struct settings *settings = client->world->settings;
	const char *wrong = NULL;

	if (settings->expect != NULL &&
	    !answer_holds(
		&client->answer, settings->expect, settings->expect_size))
		return at_end ? client_fail(client, "not the expected answer")
			      : STEP_WAIT;
	if (settings->resume == RESUME_NONE ||
	    (client->job->resuming && !settings->warm_up))
		return client_succeed(client);
	/* TLS 1.3 tickets may come at any time. */
	if (client->job->session == NULL)
		return at_end ? client_fail(client, "no session came")
			      : STEP_WAIT;
	if ((wrong = tls_wrong_kind(client->job->session, settings)) != NULL) {
		client->missed = true;
		return client_fail(client, wrong);
	}
	return client_succeed(client);
}

enum client_step
client_await_end(struct client *client)
{
	int n, trouble;

	if ((n = client_receive(client, &trouble)) > 0)
		return STEP_AGAIN;
	if (n == 0 || errno == ECONNRESET)
		return client_succeed(client);
	return client_wait_or_fail(client, trouble);
}
