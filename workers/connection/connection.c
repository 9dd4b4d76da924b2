#include <netdb.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accept/dtls_acceptor.h"
#include "config/config.h"
#include "connection/dtls.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/slab.h"
#include "foundation/text.h"
#include "link/stream.h"
#include "shared/shared.h"
#include "text/tracing.h"
#include "tls/tls_context.h"
#include "worker.h"

static SSL *connection_make_ssl(struct connection *);
static void connection_make_label(struct connection *);
static const struct handler *connection_mode_handler(const struct config *);
static void
connection_take_datagrams(struct connection *, const struct arrival *);
static bool connection_over_ipv4(const struct connection *);
static enum handshake_phase
connection_first_phase(const struct connection *, const struct arrival *);

static void connection_watch(struct connection *);
static void connection_end_turn(struct connection *);

static void connection_on_event(void *, uint32_t);
static void connection_on_source(void *, uint32_t);
static void connection_on_again(void *);

void
connection_start(struct worker *worker, const struct arrival *arrival)
{
	const struct config *config = worker->setup->config;
	struct connection *connection;

	if ((connection = slab_alloc(sizeof(*connection))) == NULL)
		fatalx("out of memory");
	memset(connection, 0, sizeof(*connection));
	connection->worker = worker;
	connection->number =
	    1 + atomic_fetch_add(&worker->setup->shared->board->connections, 1);
	connection->peer = arrival->peer;
	connection->peer_size = arrival->peer_size;
	connection->accepted_us = monotime_us();
	connection->active_ms = worker->loop.now_ms;
	connection->handler = connection_mode_handler(config);
	connection->event =
	    (struct loop_event){ connection_on_event, connection, -1 };
	connection->source =
	    (struct loop_event){ connection_on_source, connection, -1 };
	connection_init_timers(connection);
	connection->again.run = connection_on_again;
	connection->again.arg = connection;
	async_init(&connection->async, connection);
	TAILQ_INSERT_TAIL(&worker->connections, connection, entry);
	transport_init(
	    &connection->transport, arrival->fd, config->dtls, config->debug);
	if (config->dtls)
		connection_take_datagrams(connection, arrival);
	if (config->label)
		connection_make_label(connection);
	connection->events = EPOLLIN | EPOLLRDHUP | EPOLLET;
	worker->current = connection;
	if ((connection->ssl = connection_make_ssl(connection)) == NULL ||
	    loop_add(&worker->loop, &connection->event, arrival->fd,
		connection->events) == -1) {
		worker_count(worker, STAT_FAILED_OTHER);
		connection_free(connection);
		return;
	}
	connection_begin_total(connection);
	if (connection->handler->begin != NULL)
		connection->handler->begin(connection);
	if (config->nbio && !config->quiet && config->mode != MODE_REV)
		text_printf(TEXT_ERR, "Turned on non blocking io\n");
	connection->phase = connection_first_phase(connection, arrival);
	if (connection->phase == PHASE_EARLY_DATA)
		connection_set_state(connection, CONNECTION_HANDSHAKE);
	else
		connection_meet_console(connection);
	/*
	 * The interactive mode waits for the client's first word; one of DTLS
	 * has spoken.
	 */
	if (connection->handler != &handler_interactive || config->dtls)
		connection_run(connection);
	else
		connection_end_step(connection);
}

/* What it has said so far, and what to do when it starts anew. */
static void
connection_take_datagrams(
    struct connection *connection, const struct arrival *arrival)
{
	struct transport *transport = &connection->transport;

	memcpy(connection->cookie, arrival->cookie, sizeof(connection->cookie));
	transport->over_ipv4 = connection_over_ipv4(connection);
	transport->in = arrival->in;
	transport->can_read = true;
	transport->first_is_sent = true;
	record_numbers_init(&transport->numbers, arrival->number);
	transport->renumbers = arrival->in_pieces > 0;
	transport->intercept = dtls_acceptor_intercept;
	transport->owner = connection;
	connection->in_pieces = arrival->in_pieces;
	connection->half_open = true;
}

/* An IPv6 socket may do so, too. */
static bool
connection_over_ipv4(const struct connection *connection)
{
	const struct sockaddr_in6 *peer =
	    (const struct sockaddr_in6 *)&connection->peer;

	return peer->sin6_family == AF_INET ||
	    IN6_IS_ADDR_V4MAPPED(&peer->sin6_addr);
}

static enum handshake_phase
connection_first_phase(
    const struct connection *connection, const struct arrival *arrival)
{
	const struct config *config = connection_config(connection);

	if (config->early_data)
		return PHASE_EARLY_DATA;
	/* DTLSv1_listen takes no fragments. */
	if (config->listen && arrival->in_pieces == 0)
		return PHASE_LISTEN;
	return config->stateless && config->mode == MODE_INTERACTIVE
	    ? PHASE_COOKIE
	    : PHASE_LAST;
}

void
connection_meet_console(struct connection *connection)
{
	struct worker *worker = connection->worker;
	bool shaken = connection->state >= CONNECTION_OPEN;
	bool console = connection_on_console(connection);
	bool held =
	    console && !shaken && worker->setup->shared->board->input_waits;

	connection->met_console = true;
	if (!shaken)
		connection_set_state(
		    connection, held ? CONNECTION_HELD : CONNECTION_HANDSHAKE);
	if (console)
		worker_say_opened(worker, connection->number, held);
}

struct connection *
connection_find(struct worker *worker, uint64_t number)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &worker->connections, entry)
		if (connection->number == number)
			return connection;
	return NULL;
}

void
connection_release(struct connection *connection)
{
	if (connection->state != CONNECTION_HELD)
		return;
	connection_set_state(connection, CONNECTION_HANDSHAKE);
	if (connection->transport.can_read)
		connection_run(connection);
}

void
connection_unit(
    struct connection *connection, const void *data, size_t size, bool quit)
{
	bool shaken = connection->state == CONNECTION_OPEN;
	enum handler_verdict verdict = HANDLER_CLOSE;

	if (connection->state >= CONNECTION_FLUSH)
		return;
	connection->worker->current = connection;
	if (quit)
		text_printf(TEXT_OUT, "DONE\n");
	else
		verdict = handler_interactive_unit(connection, data, size);
	connection->unit = UNIT_QUEUED;
	if (connection->command != NULL) {
		/* It waits for the handshake, unlike text. */
		connection->unit = UNIT_COMMAND;
		if (connection->state == CONNECTION_HELD)
			connection_set_state(connection, CONNECTION_HANDSHAKE);
	} else if (verdict == HANDLER_CLOSE) {
		if (shaken)
			connection_set_state(connection, CONNECTION_FLUSH);
		else
			connection_close(connection, END_LOCAL);
	} else if (stream_unsent(connection) == 0) {
		connection_unit_done(connection);
		connection_release(connection);
		return;
	} else if (!shaken &&
	    connection->transport.read_bytes == connection->early_bytes) {
		/* Text before the client's next word drives the handshake. */
		connection->unit = UNIT_DROVE;
		connection->phase = PHASE_LAST;
		if (connection->state == CONNECTION_HELD)
			connection_set_state(connection, CONNECTION_HANDSHAKE);
	}
	connection_run(connection);
}

void
connection_end(struct connection *connection)
{
	connection->worker->current = connection;
	if (connection->state < CONNECTION_SHUTDOWN)
		connection_close(connection, END_LOCAL);
	else
		/* It lingers: no longer than one that ends now. */
		loop_timer_set(&connection->worker->loop, &connection->timer,
		    CONNECTION_LINGER_QUIT_MS);
	connection_run(connection);
}

void
connection_resume(struct connection *connection)
{
	loop_defer(&connection->worker->loop, &connection->again);
}

SSL *
connection_ssl(struct connection *connection)
{
	return connection->ssl;
}

const struct config *
connection_config(const struct connection *connection)
{
	return connection->worker->setup->config;
}

const char *
connection_label(const struct connection *connection)
{
	return connection->label;
}

unsigned
connection_worker(const struct connection *connection)
{
	return connection->worker->number;
}

void
connection_stats_table(
    const struct connection *connection, struct textbuf *table)
{
	shared_stats_table(connection->worker->setup->shared, table);
}

bool
connection_in_early_data(const struct connection *connection)
{
	return connection->phase == PHASE_EARLY_DATA;
}

void
connection_set_handler_data(struct connection *connection, void *data)
{
	connection->handler_data = data;
}

void *
connection_handler_data(const struct connection *connection)
{
	return connection->handler_data;
}

void
connection_stop_reading(struct connection *connection)
{
	connection->deaf = true;
}

bool
connection_await(struct connection *connection, int fd)
{
	if (loop_add(&connection->worker->loop, &connection->source, fd,
		EPOLLIN) == -1)
		return false;
	connection->deaf = false;
	/* It may take long: what was room for an answer is given back. */
	if (connection->out.size == 0)
		textbuf_free(&connection->out);
	return true;
}

bool
connection_awaits(const struct connection *connection)
{
	return connection->source.fd != -1;
}

void
connection_await_no_more(struct connection *connection)
{
	loop_remove(&connection->worker->loop, &connection->source);
}

static SSL *
connection_make_ssl(struct connection *connection)
{
	const struct config *config = connection_config(connection);
	SSL *ssl;
	BIO *bio, *test;

	ssl = tls_context_new_ssl(connection->worker->setup->tls);
	if (ssl == NULL)
		return NULL;
	if ((bio = transport_bio(&connection->transport)) == NULL) {
		SSL_free(ssl);
		log_warnx("out of memory");
		return NULL;
	}
	/* Its faults would cut datagrams, and no handshake ever end. */
	if (config->nbio_test && !config->dtls &&
	    (test = BIO_new(BIO_f_nbio_test())) != NULL)
		bio = BIO_push(test, bio);
	SSL_set_bio(ssl, bio, bio);
	/* SSL_stateless forgets what it has read ahead, and any job. */
	if (config->stateless) {
		SSL_set_read_ahead(ssl, 0);
		SSL_clear_mode(ssl, SSL_MODE_ASYNC);
	}
	SSL_set_app_data(ssl, connection);
	if (config->dtls)
		dtls_prepare(ssl, config);
	tracing_attach(ssl, config);
	return ssl;
}

static void
connection_make_label(struct connection *connection)
{
	char host[CONNECTION_HOST_SIZE], peer[NI_MAXHOST + NI_MAXSERV + 8];

	snprintf(connection->tag, sizeof(connection->tag), "[%ju] ",
	    (uintmax_t)connection->number);
	connection_describe(connection, peer, sizeof(peer));
	connection_describe_host(connection, host, sizeof(host));
	if (asprintf(&connection->label, "%sworker %u connection %ju from %s",
		host, connection_worker(connection),
		(uintmax_t)connection->number, peer) == -1)
		fatalx("out of memory");
}

void
connection_describe(
    const struct connection *connection, char *name, size_t size)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];

	if (connection->peer.ss_family == AF_UNIX) {
		strlcpy(name, "a local socket", size);
		return;
	}
	if (getnameinfo((const struct sockaddr *)&connection->peer,
		connection->peer_size, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		strlcpy(name, "an unknown address", size);
		return;
	}
	snprintf(name, size, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s",
	    host, port);
}

void
connection_describe_host(
    const struct connection *connection, char *words, size_t size)
{
	const char *name = connection_config(connection)->label_host;

	*words = '\0';
	if (name != NULL)
		snprintf(words, size, "host %s ", name);
}

static const struct handler *
connection_mode_handler(const struct config *config)
{
	switch (config->mode) {
	case MODE_REV:
		return &handler_rev;
	case MODE_ECHO:
		return &handler_echo;
	case MODE_WWW:
		return &handler_www;
	case MODE_FILE:
	case MODE_HTTP:
		return &handler_file;
	default:
		return &handler_interactive;
	}
}

bool
connection_on_console(const struct connection *connection)
{
	return config_uses_console(connection_config(connection));
}

void
connection_end_step(struct connection *connection)
{
	struct worker *worker = connection->worker;

	if (connection->state == CONNECTION_CLOSED) {
		if (async_finish(&connection->async))
			connection_free(connection);
		return;
	}
	worker_end_step(worker);
	outlets_pause(connection);
	connection_watch(connection);
	if (connection->transport.datagrams)
		connection_end_turn(connection);
}

/* There is nothing else that would wake a connection of DTLS in time. */
static void
connection_end_turn(struct connection *connection)
{
	struct transport *transport = &connection->transport;

	transport->turn = 0;
	if (transport->yielded)
		loop_defer(&connection->worker->loop, &connection->again);
	transport->yielded = false;
	refusal_look(connection);
	if (!connection_await_answer(connection) &&
	    connection->state == CONNECTION_OPEN)
		dtls_give_buffers_back(connection);
}

/* Who never blocks while writing costs no epoll_ctl(2) after the first. */
static void
connection_watch(struct connection *connection)
{
	if (connection->transport.can_write ||
	    (connection->events & EPOLLOUT) != 0)
		return;
	connection->events |= EPOLLOUT;
	loop_modify(
	    &connection->worker->loop, &connection->event, connection->events);
}

void
connection_free(struct connection *connection)
{
	struct worker *worker = connection->worker;

	worker_count(worker, STAT_ENDED);
	connection_not_half_open(connection);
	if (connection->ssl != NULL && connection->handler->close != NULL)
		connection->handler->close(connection);
	loop_forget(&worker->loop, &connection->event);
	loop_remove(&worker->loop, &connection->source);
	connection_stop_timers(connection);
	loop_task_stop(&worker->loop, &connection->again);
	status_free(connection);
	async_free(&connection->async);
	outlets_forget(connection);
	TAILQ_REMOVE(&worker->connections, connection, entry);
	SSL_free(connection->ssl);
	if (connection->transport.fd != -1)
		close(connection->transport.fd);
	transport_free(&connection->transport);
	textbuf_free(&connection->out);
	free(connection->label);
	slab_free(connection);
	worker_end_step(worker);
	acceptor_resume(&worker->acceptor);
}

static void
connection_on_event(void *arg, uint32_t events)
{
	struct connection *connection = arg;
	struct transport *transport = &connection->transport;

	if (events & EPOLLOUT)
		transport->can_write = true;
	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		transport->hung_up = true;
	if ((events & EPOLLIN) || transport->hung_up)
		transport->can_read = true;
	connection_run(connection);
}

static void
connection_on_source(void *arg, uint32_t events)
{
	struct connection *connection = arg;

	(void)events;
	connection_await_no_more(connection);
	connection_stop_reading(connection);
	/* The handler is told when all is sent, which it may be already. */
	connection->sending = true;
	connection_run(connection);
}

static void
connection_on_again(void *arg)
{
	connection_run(arg);
}
