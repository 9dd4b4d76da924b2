#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>

#include "client.h"
#include "endpoint.h"
#include "report.h"
#include "settings.h"
#include "tls.h"

#define CLIENT_READ_SIZE  (16 * 1024)
#define CLIENT_PIECE	  (16 * 1024)
#define CLIENT_HELLO_MAX  4096
#define CLIENT_EARLY_TEXT "early data\n"

/* How an attempt to go on ended. */
enum client_step {
	STEP_AGAIN, /* the state has changed, or there may be more */
	STEP_WAIT, /* for the socket */
};

static enum client_step client_connect(struct client *);
static enum client_step client_early(struct client *);
static enum client_step client_handshake(struct client *);
static enum client_step client_mutter(struct client *);
static enum client_step client_held(struct client *);
static enum client_step client_send(struct client *);
static size_t client_unsent(const struct client *);
static enum client_step client_echo(struct client *);
static int client_echo_read(struct client *);
static void client_begin_anew(struct client *);
static enum client_step client_read(struct client *);
static enum client_step client_await_end(struct client *);
static enum client_step client_drain(struct client *);
static enum client_step client_drain_datagrams(struct client *);
static enum client_step client_over(struct client *);
static void client_count_bytes(struct client *);
static bool client_start_tls(struct client *);
static void client_await_successor(struct client *);
static enum client_step client_shaken(struct client *);
static bool client_speaks_early(const struct client *);
static bool client_is_stapled(const struct client *);
static const char *client_miss(struct client *);
static enum client_step client_exchange(struct client *);
static enum client_step client_answered(struct client *, bool);
static enum client_step client_succeed(struct client *);
static enum client_step client_fail(struct client *, const char *);
static enum client_step client_wait_or_fail(struct client *, int);
static const char *client_trouble(struct client *, int);
static int client_receive(struct client *, int *);

static const struct {
	const char *name;
	enum client_step (*step)(struct client *);
} client_states[] = {
	[CLIENT_CONNECT] = { "connect", client_connect },
	[CLIENT_EARLY] = { "early data", client_early },
	[CLIENT_HANDSHAKE] = { "handshake", client_handshake },
	[CLIENT_MUTTER] = { "half ClientHello", client_mutter },
	[CLIENT_HELD] = { "hold", client_held },
	[CLIENT_SEND] = { "send", client_send },
	[CLIENT_ECHO] = { "echo", client_echo },
	[CLIENT_READ] = { "read", client_read },
	[CLIENT_AWAIT_END] = { "wait for the end", client_await_end },
	[CLIENT_CLOSE] = { "close", client_drain },
	[CLIENT_OVER] = { "over", client_over },
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
	client->start_us = client_now_us();
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
	while (client_states[client->state].step(client) == STEP_AGAIN)
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

void
client_give_up(struct client *client)
{
	/* The server did its part; that it does not close is no failure. */
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

static void
client_count_bytes(struct client *client)
{
	BIO *bio = client->ssl == NULL ? NULL : SSL_get_wbio(client->ssl);

	if (bio == NULL)
		return;
	client->bytes.sent += BIO_number_written(bio);
	client->bytes.received += BIO_number_read(bio);
}

int64_t
client_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static enum client_step
client_connect(struct client *client)
{
	const struct settings *settings = client->world->settings;
	struct sockaddr_storage peer;
	socklen_t size = sizeof(int);
	int error = 0;

	getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error != 0)
		return client_fail(client, strerror(error));
	size = sizeof(peer);
	if (getpeername(client->fd, (struct sockaddr *)&peer, &size) == -1)
		return STEP_WAIT;
	client->wants_write = false;
	switch (settings->speech) {
	case SPEECH_TLS:
		if (!client_start_tls(client))
			return client_fail(client, tls_reason());
		client->state = client_speaks_early(client) ? CLIENT_EARLY
							    : CLIENT_HANDSHAKE;
		break;
	case SPEECH_HALF_HELLO:
		client->state = CLIENT_MUTTER;
		break;
	case SPEECH_SILENT:
		client->state = settings->hold ? CLIENT_HELD : CLIENT_AWAIT_END;
		break;
	}
	return STEP_AGAIN;
}

static bool
client_start_tls(struct client *client)
{
	struct job *job = client->job;

	client->ssl = SSL_new(client->world->ctx);
	if (client->ssl == NULL ||
	    endpoint_attach(client->ssl, client->fd, client->world->settings) ==
		-1)
		return false;
	SSL_set_connect_state(client->ssl);
	if (client->world->settings->servername != NULL)
		SSL_set_tlsext_host_name(
		    client->ssl, client->world->settings->servername);
	if (job->resuming && !tls_offer_session(client->ssl, job->session))
		return false;
	if (client->world->settings->resume != RESUME_NONE && !job->resuming)
		tls_keep_session(client->ssl, &job->session);
	else if (client->world->settings->warm_up)
		client_await_successor(client);
	return true;
}

/*
 * A server may spend a ticket of TLS 1.3 on one use, and brings the next;
 * without the rest of an answer, that is what there is to wait for.
 */
static void
client_await_successor(struct client *client)
{
	struct job *job = client->job;

	if (!client->world->settings->read_to_end && job->session != NULL &&
	    SSL_SESSION_get_protocol_version(job->session) == TLS1_3_VERSION) {
		SSL_SESSION_free(job->session);
		job->session = NULL;
	}
	tls_keep_session(client->ssl, &job->session);
}

static bool
client_speaks_early(const struct client *client)
{
	return client->job->resuming &&
	    client->world->settings->resume == RESUME_EARLY;
}

static enum client_step
client_early(struct client *client)
{
	const struct settings *settings = client->world->settings;
	const char *text = CLIENT_EARLY_TEXT;
	size_t size = sizeof(CLIENT_EARLY_TEXT) - 1, written;
	int n;

	if (settings->send != NULL) {
		text = settings->send;
		size = settings->send_size;
	}
	ERR_clear_error();
	n = SSL_write_early_data(client->ssl, text, size, &written);
	if (n != 1)
		return client_wait_or_fail(client, n);
	client->bytes.data_sent += written;
	client->wants_write = false;
	client->state = CLIENT_HANDSHAKE;
	return STEP_AGAIN;
}

static enum client_step
client_handshake(struct client *client)
{
	int n;

	ERR_clear_error();
	if ((n = SSL_do_handshake(client->ssl)) != 1)
		return client_wait_or_fail(client, n);
	return client_shaken(client);
}

static enum client_step
client_shaken(struct client *client)
{
	const char *missed;

	client->wants_write = false;
	client->resumed = SSL_session_reused(client->ssl) == 1;
	client->heard = BIO_number_read(SSL_get_rbio(client->ssl));
	report_handshake(
	    client->world->report, client_now_us() - client->start_us);
	if (client->job->resuming && (missed = client_miss(client)) != NULL) {
		client->missed = true;
		return client_fail(client, missed);
	}
	if ((missed = tls_wrong_protocol(
		 client->ssl, client->world->settings)) != NULL)
		return client_fail(client, missed);
	if (client->world->settings->status && !client_is_stapled(client))
		return client_fail(client, "got no status");
	if (client->world->settings->hold) {
		client->state = CLIENT_HELD;
		return STEP_AGAIN;
	}
	return client_exchange(client);
}

/* A session that is resumed has no certificate, so no status of it. */
static bool
client_is_stapled(const struct client *client)
{
	const unsigned char *response;

	return client->resumed ||
	    SSL_get_tlsext_status_ocsp_resp(client->ssl, &response) > 0;
}

/* What the second connection of a pair lacks; NULL: nothing. */
static const char *
client_miss(struct client *client)
{
	if (client_speaks_early(client)) {
		/* In place of what would be sent now. */
		client->sent = client->world->settings->send_size;
		if (SSL_get_early_data_status(client->ssl) !=
		    SSL_EARLY_DATA_ACCEPTED) {
			client->world->report->early_rejected++;
			return client->resumed ? "its early data was rejected"
					       : "was not resumed";
		}
	}
	return client->resumed ? NULL : "was not resumed";
}

static enum client_step
client_mutter(struct client *client)
{
	unsigned char hello[CLIENT_HELLO_MAX];
	int size = tls_half_hello(client->world->ctx, hello, sizeof(hello));

	/* Fits into the buffer of a socket that was never used. */
	if (size == -1 ||
	    send(client->fd, hello, (size_t)size, MSG_NOSIGNAL) != size)
		return client_fail(client, "cannot send half a ClientHello");
	client->bytes.sent += (size_t)size;
	client->state =
	    client->world->settings->hold ? CLIENT_HELD : CLIENT_AWAIT_END;
	return STEP_AGAIN;
}

/* Tickets may come, and text that was typed into the server. */
static enum client_step
client_held(struct client *client)
{
	int n, trouble;

	if ((n = client_receive(client, &trouble)) > 0)
		return STEP_AGAIN;
	if (n == 0)
		return client_fail(client, "the server closed it");
	return client_wait_or_fail(client, trouble);
}

static enum client_step
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

static enum client_step
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

static enum client_step
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
	while (echo_next(client->echo, data, now_us = client_now_us())) {
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

/* All that is there; what the last read, which did not go through, returned. */
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
		echo_received(client->echo, data, (size_t)n, client_now_us());
	}
}

/*
 * The server has forgotten this peer: from the same port, as a new one. What
 * came since the last answer came from whom the peer does not know.
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
	client->start_us = client_now_us();
	client->state = CLIENT_HANDSHAKE;
	if (!client_start_tls(client))
		client_fail(client, tls_reason());
	client_run(client);
}

static enum client_step
client_read(struct client *client)
{
	int n, trouble;

	if ((n = client_receive(client, &trouble)) == 0)
		return client_answered(client, true);
	if (n == -1 && client_wait_or_fail(client, trouble) == STEP_AGAIN)
		return STEP_AGAIN;
	/* The session that is awaited comes without data. */
	if (!client->world->settings->read_to_end &&
	    client_answered(client, false) == STEP_AGAIN)
		return STEP_AGAIN;
	return n > 0 ? STEP_AGAIN : STEP_WAIT;
}

/* STEP_WAIT: more must come. */
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
	/* TLS 1.3 tickets come when the server likes. */
	if (client->job->session == NULL)
		return at_end ? client_fail(client, "no session came")
			      : STEP_WAIT;
	if ((wrong = tls_wrong_kind(client->job->session, settings)) != NULL) {
		client->missed = true;
		return client_fail(client, wrong);
	}
	return client_succeed(client);
}

static enum client_step
client_await_end(struct client *client)
{
	int n, trouble;

	if ((n = client_receive(client, &trouble)) > 0)
		return STEP_AGAIN;
	if (n == 0 || errno == ECONNRESET)
		return client_succeed(client);
	return client_wait_or_fail(client, trouble);
}

/*
 * Say goodbye, and let the server finish: to close with unread tickets would
 * be a reset, an error in the eyes of the server.
 */
static enum client_step
client_succeed(struct client *client)
{
	client->ok = true;
	if (client->world->settings->read_to_end)
		report_answer(
		    client->world->report, client_now_us() - client->start_us);
	client->worker = answer_worker(&client->answer);
	if (client->ssl != NULL) {
		SSL_shutdown(client->ssl);
		ERR_clear_error();
	}
	if (!client->world->settings->dtls)
		shutdown(client->fd, SHUT_WR);
	client->close_us = client_now_us();
	client->wants_write = false;
	client->state = CLIENT_CLOSE;
	return STEP_AGAIN;
}

static enum client_step
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

/* UDP has no end but that of TLS. */
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

static enum client_step
client_over(struct client *client)
{
	(void)client;
	return STEP_WAIT;
}

static enum client_step
client_fail(struct client *client, const char *why)
{
	report_error(client->world->report, "connection %u%s: %s: %s",
	    client->job->number, client->job->resuming ? ", resuming" : "",
	    client_states[client->state].name, why);
	client->ok = false;
	client->state = CLIENT_OVER;
	return STEP_AGAIN;
}

/* After a call that returned n and so did not go through. */
static enum client_step
client_wait_or_fail(struct client *client, int n)
{
	const char *why = client_trouble(client, n);

	return why == NULL ? STEP_WAIT : client_fail(client, why);
}

/* NULL: it only has to wait. */
static const char *
client_trouble(struct client *client, int n)
{
	int error = errno;

	if (client->ssl == NULL)
		return error == EAGAIN || error == EINTR ? NULL
							 : strerror(error);
	switch (SSL_get_error(client->ssl, n)) {
	case SSL_ERROR_WANT_READ:
		client->wants_write = false;
		return NULL;
	case SSL_ERROR_WANT_WRITE:
		client->wants_write = true;
		return NULL;
	case SSL_ERROR_ZERO_RETURN:
		return "the server closed it";
	case SSL_ERROR_SYSCALL:
		return error == 0 ? "end of file" : strerror(error);
	default:
		return tls_reason();
	}
}

/*
 * More of the answer: 1; 0: the server closed in order; -1: look at trouble,
 * which is for client_wait_or_fail.
 */
static int
client_receive(struct client *client, int *trouble)
{
	char data[CLIENT_READ_SIZE];
	int n;

	errno = 0;
	ERR_clear_error();
	if (client->ssl == NULL)
		n = (int)recv(client->fd, data, sizeof(data), 0);
	else
		n = SSL_read(client->ssl, data, sizeof(data));
	*trouble = n;
	if (n > 0 && client->ssl == NULL)
		client->bytes.received += (size_t)n;
	else if (n > 0)
		client->bytes.data_received += (size_t)n;
	if (n > 0)
		return answer_append(&client->answer, data, (size_t)n) ? 1 : -1;
	if (client->ssl == NULL)
		return n;
	return SSL_get_error(client->ssl, n) == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}
