#include <string.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "client_shake.h"
#include "client_socket.h"
#include "client_talk.h"
#include "clock.h"
#include "endpoint.h"
#include "settings.h"
#include "tls.h"

#define CLIENT_HELLO_MAX  4096
#define CLIENT_EARLY_TEXT "early data\n"

static void client_await_successor(struct client *);
static bool client_speaks_early(const struct client *);
static enum client_step client_shaken(struct client *);
static bool client_is_stapled(const struct client *);
static const char *client_miss(struct client *);

enum client_step
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

bool
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
 * A server may accept a TLS 1.3 ticket once only, and sends the next one.
 * Unless the client reads to the end of the answer, it waits for that ticket.
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

enum client_step
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

enum client_step
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
	    client->world->report, clock_now_us() - client->start_us);
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

/* A resumed session has no certificate, so it has no status. */
static bool
client_is_stapled(const struct client *client)
{
	const unsigned char *response;

	return client->resumed ||
	    SSL_get_tlsext_status_ocsp_resp(client->ssl, &response) > 0;
}

/* Returns what the second connection of a pair lacks, or NULL. */
static const char *
client_miss(struct client *client)
{
	if (client_speaks_early(client)) {
		/* Early data replaces the text that would be sent now. */
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

enum client_step
client_mutter(struct client *client)
{
	unsigned char hello[CLIENT_HELLO_MAX];
	int size = tls_half_hello(client->world->ctx, hello, sizeof(hello));

	/* It fits into the buffer of an unused socket. */
	if (size == -1 ||
	    send(client->fd, hello, (size_t)size, MSG_NOSIGNAL) != size)
		return client_fail(client, "cannot send half a ClientHello");
	client->bytes.sent += (size_t)size;
	client->state =
	    client->world->settings->hold ? CLIENT_HELD : CLIENT_AWAIT_END;
	return STEP_AGAIN;
}
