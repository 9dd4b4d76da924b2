/*
 * What a connection does in each of its states.
 */
#include <stdlib.h>

#include <openssl/ssl.h>

#include "base/services.h"
#include "config/config.h"
#include "connection/connection_early.h"
#include "connection/connection_record.h"
#include "connection/connection_state.h"
#include "connection/connections.h"
#include "connection/dtls_peer.h"
#include "foundation/slab.h"
#include "link/stream.h"
#include "net/stream_socket.h"

static void
connection_count_bytes(struct connection *, uint64_t in, uint64_t out);
static bool connection_step(struct connection *);
static bool connection_step_handshake(struct connection *);
static enum link_result connection_phase_step(struct connection *);
static enum link_result connection_cookie_step(struct connection *);
static bool connection_phase_over(struct connection *);
static void connection_shaken(struct connection *);
static bool connection_early_over(struct connection *);
static bool connection_step_open(struct connection *);
static bool connection_step_flush(struct connection *);
static bool connection_step_shutdown(struct connection *);
static bool connection_discard(struct connection *);
static bool connection_push(struct connection *);
static bool connection_pull(struct connection *);
static bool connection_pulled(
    struct connection *, enum link_result, const uint8_t *, size_t);
static void connection_handshake_delayed(struct connection *);
static void connection_watch(struct connection *);

void
connection_run(struct connection *connection)
{
	const struct transport *transport = &connection->link.transport;
	uint64_t read_before = transport->read_bytes;
	uint64_t written_before = transport->written_bytes;
	int budget = CONNECTION_BUDGET;

	connection_enter(connection);
	if (connection->dtls != NULL)
		dtls_take_buffers(&connection->link);
	while (connection_step(connection))
		if (--budget == 0) {
			connection_resume(connection);
			break;
		}
	(void)transport_flush(&connection->link.transport);
	connection_count_bytes(connection, transport->read_bytes - read_before,
	    transport->written_bytes - written_before);
	connection_end_step(connection);
}

static void
connection_count_bytes(struct connection *connection, uint64_t in, uint64_t out)
{
	if (in + out == 0)
		return;
	connection->active_ms = connection->services->loop->now_ms;
	outcome_moved(&connection->link.outcome, in, out);
}

/* Returns true if there is more to do at once. */
static bool
connection_step(struct connection *connection)
{
	switch (connection->state) {
	case CONNECTION_HANDSHAKE:
		return connection_step_handshake(connection);
	case CONNECTION_OPEN:
		return connection_step_open(connection);
	case CONNECTION_FLUSH:
		return connection_step_flush(connection);
	case CONNECTION_SHUTDOWN:
		return connection_step_shutdown(connection);
	case CONNECTION_HELD:
	case CONNECTION_CLOSED:
		break;
	}
	return false;
}

static bool
connection_step_handshake(struct connection *connection)
{
	enum link_result result;
	enum transport_state sent;

	/* Early data is printed as it comes, so wait for a full outlet. */
	if (connection->link.shake.phase == PHASE_EARLY_DATA &&
	    connection->speaker.paused != NULL)
		return false;
	if (connection->link.shake.async.waiter.waits)
		return false;
	/* Spare the call: nearly always there is no early data. */
	if (connection->link.shake.early_heard && !early_answer(connection))
		return connection->state != CONNECTION_HANDSHAKE;
	result = connection_phase_step(connection);
	/* The answer leaves in one packet with what was written so far. */
	if (result == LINK_AGAIN && early_is_answered(connection))
		return true;
	sent = result == LINK_DONE
	    ? transport_gather(&connection->link.transport)
	    : transport_flush(&connection->link.transport);
	switch (result) {
	case LINK_DONE:
		return connection_phase_over(connection);
	case LINK_AGAIN:
		connection_handshake_delayed(connection);
		connection_resume(connection);
		return false;
	case LINK_SUSPENDED:
		return false;
	case LINK_WAIT:
		if (sent == TRANSPORT_BROKEN) {
			handshake_fail(&connection->link, STAT_FAILED_CLOSED);
			break;
		}
		connection_handshake_delayed(connection);
		return false;
	case LINK_ENDED:
	case LINK_FAILED:
		break;
	}
	connection_fail(connection);
	return true;
}

static enum link_result
connection_phase_step(struct connection *connection)
{
	struct link *link = &connection->link;

	switch (connection->link.shake.phase) {
	case PHASE_EARLY_DATA:
		return early_step(connection);
	case PHASE_LISTEN:
		return dtls_listen_step(link);
	case PHASE_COOKIE:
		return connection_cookie_step(connection);
	case PHASE_IN_VAIN:
	case PHASE_LAST:
		break;
	}
	return handshake_step(link);
}

static enum link_result
connection_cookie_step(struct connection *connection)
{
	struct link *link = &connection->link;
	enum link_result result = stateless_step(link);

	if (result == LINK_AGAIN && link->shake.stateless.cookie_sent &&
	    connection->handler->delayed != NULL)
		connection->handler->delayed(connection);
	return result;
}

static bool
connection_phase_over(struct connection *connection)
{
	switch (connection->link.shake.phase) {
	case PHASE_EARLY_DATA:
		return connection_early_over(connection);
	case PHASE_LISTEN:
	case PHASE_COOKIE:
		handshake_begin(&connection->link, PHASE_LAST);
		async_begin(&connection->link.shake.async);
		break;
	case PHASE_IN_VAIN:
		handshake_explain_end(&connection->link);
		connection_fail(connection);
		break;
	case PHASE_LAST:
		connection_shaken(connection);
		break;
	}
	return true;
}

static void
connection_shaken(struct connection *connection)
{
	connection_set_state(connection, CONNECTION_OPEN);
	connection_record_handshake(connection);
	if (connection->typed.unit != UNIT_DROVE &&
	    connection->handler->open != NULL)
		connection_obey(
		    connection, connection->handler->open(connection));
	if (!connection->typed.met)
		typed_meet(connection);
	if (connection->ends)
		connection_obey(connection, HANDLER_CLOSE);
}

/*
 * Returns true if the connection can go on at once. Up to TLS 1.2 the handshake
 * is done by now. Otherwise standard input comes first, and then the client.
 * libssl may have read to the Finished and stopped in the middle of a ticket:
 * that it tells of the early data's end hides that it wants to write.
 */
static bool
connection_early_over(struct connection *connection)
{
	handshake_begin(&connection->link, PHASE_LAST);
	connection->link.shake.early_bytes =
	    connection->link.transport.read_bytes;
	if (SSL_is_init_finished(connection->link.ssl))
		return true;
	typed_meet(connection);
	/* A step in vain would tell of a delay. */
	if (connection->services->config->nbio)
		stream_socket_look(&connection->link.transport);
	return connection->link.transport.can_read ||
	    connection->link.transport.in.size > 0 ||
	    SSL_has_pending(connection->link.ssl) ||
	    SSL_want_write(connection->link.ssl);
}

static bool
connection_step_open(struct connection *connection)
{
	int budget = CONNECTION_READS;
	bool blocked;

	/* Send libssl's own answers; connection_push does not. */
	(void)transport_gather(&connection->link.transport);
	/* A command waits for a handshake that the client began. */
	if (connection->typed.command != NULL &&
	    !SSL_in_init(connection->link.ssl))
		typed_run_command(connection);
	if (!connection_push(connection))
		return true;
	blocked = connection->link.sending;
	/* Send an answer before the next read, which may be the last. */
	while (connection_pull(connection))
		if (--budget == 0 ||
		    (connection->link.sending && !connection_push(connection)))
			return true;
	return connection->state != CONNECTION_OPEN ||
	    (connection->link.sending && !blocked);
}

/* Returns false if the connection is ending. */
static bool
connection_push(struct connection *connection)
{
	enum link_result result;
	int budget = CONNECTION_BUDGET;

	while (connection->link.sending && connection->speaker.paused == NULL &&
	    connection->state == CONNECTION_OPEN) {
		result = stream_push(&connection->link);
		connection_tell_renegotiated(connection);
		switch (result) {
		case LINK_DONE:
			connection_pushed(connection);
			if (--budget > 0)
				break;
			/* FALLTHROUGH */
		case LINK_AGAIN:
			connection_resume(connection);
			return true;
		case LINK_WAIT:
		case LINK_SUSPENDED:
			return true;
		case LINK_ENDED:
		case LINK_FAILED:
			connection_begin_end(connection, END_ERROR);
			return false;
		}
	}
	return connection->state == CONNECTION_OPEN;
}

/* Returns true if there may be more to read. */
static bool
connection_pull(struct connection *connection)
{
	struct outlets *outlets = connection->services->outlets;
	uint8_t own[STREAM_RECORD], *data = NULL;
	enum link_result result;
	size_t size = 0;
	bool goes_on;

	if (connection->speaker.paused != NULL || connection->deaf ||
	    stream_congested(&connection->link))
		return false;
	/* Decrypt what is printed to where it is printed from. */
	if (connection->handler->prints_data)
		data = outlets_lend(outlets, TEXT_DATA, sizeof(own));
	if (data == NULL)
		data = own;
	result = stream_pull(&connection->link, data, &size);
	goes_on = connection_pulled(connection, result, data, size);
	outlets_take_back(outlets, TEXT_DATA);
	return goes_on;
}

/* Returns true if there may be more to read. */
static bool
connection_pulled(struct connection *connection, enum link_result result,
    const uint8_t *data, size_t size)
{
	/* libssl drops what it cannot verify, so this is authentic. */
	if (result == LINK_DONE || result == LINK_AGAIN)
		refusal_forget(connection);
	if (result == LINK_AGAIN)
		connection->link.renegotiated = true;
	connection_tell_renegotiated(connection);
	/* Send what libssl answers by itself. */
	(void)transport_gather(&connection->link.transport);
	switch (result) {
	case LINK_DONE:
		if (connection->typed.unit == UNIT_DROVE)
			typed_done(connection);
		connection_obey(connection,
		    connection->handler->readable(connection, data, size));
		/* Text that the master does not take must not pile up. */
		outlets_relieve(
		    connection->services->outlets, &connection->speaker);
		return connection->state == CONNECTION_OPEN;
	case LINK_AGAIN:
		return connection->state == CONNECTION_OPEN;
	case LINK_WAIT:
	case LINK_SUSPENDED:
		break;
	case LINK_ENDED:
		connection_begin_end(connection, END_CLOSE_NOTIFY);
		break;
	case LINK_FAILED:
		connection_begin_end(connection, END_ERROR);
		break;
	}
	return false;
}

static bool
connection_step_flush(struct connection *connection)
{
	if (connection->speaker.paused != NULL)
		return false;
	switch (stream_push(&connection->link)) {
	case LINK_DONE:
		connection->owing =
		    transport_unsent(&connection->link.transport) > 0;
		connection_begin_end(connection, END_LOCAL);
		return true;
	case LINK_WAIT:
	case LINK_SUSPENDED:
		return false;
	case LINK_AGAIN:
		connection_resume(connection);
		return false;
	case LINK_ENDED:
	case LINK_FAILED:
		break;
	}
	connection_begin_end(connection, END_ERROR);
	return true;
}

static bool
connection_step_shutdown(struct connection *connection)
{
	struct transport *transport = &connection->link.transport;
	struct loop *loop = connection->services->loop;
	uint64_t before = transport->read_bytes + transport->written_bytes;
	enum transport_state sent;

	sent = transport_finish(transport);
	if (sent != TRANSPORT_BLOCKED)
		connection->owing = false;
	if ((sent != TRANSPORT_BLOCKED && connection_discard(connection)) ||
	    loop->now_ms - connection->shutdown_ms >=
		CONNECTION_LINGER_TOTAL_MS)
		connection_set_state(connection, CONNECTION_CLOSED);
	else if (!*connection->services->quitting &&
	    (connection->owing ||
		transport->read_bytes + transport->written_bytes != before))
		loop_timer_set(loop, &connection->timer,
		    connection->owing ? CONNECTION_LINGER_TOTAL_MS
				      : CONNECTION_LINGER_MS);
	if (connection->state == CONNECTION_SHUTDOWN &&
	    sent != TRANSPORT_BLOCKED && transport->can_read)
		connection_resume(connection);
	return false;
}

/* Returns true if the peer has ended: with datagrams, by close_notify. */
static bool
connection_discard(struct connection *connection)
{
	if (!connection->link.transport.kind->datagrams)
		return stream_socket_discard(&connection->link.transport);
	return dtls_discard(&connection->link);
}

static void
connection_handshake_delayed(struct connection *connection)
{
	/* In the other phases the stock program tries again silently. */
	if (connection->link.shake.phase == PHASE_LAST &&
	    connection->services->config->nbio &&
	    connection->handler->delayed != NULL)
		connection->handler->delayed(connection);
}

void
connection_end_step(struct connection *connection)
{
	struct outlets *outlets = connection->services->outlets;

	/* The job that is finished may read of a successor. */
	if (connection->state == CONNECTION_CLOSED &&
	    !async_finish(&connection->link.shake.async)) {
		connection_leave(connection->services);
		return;
	}
	if (connection->dtls != NULL && connection->dtls->successor != NULL) {
		dtls_peer_succeed(connection);
		return;
	}
	if (connection->state == CONNECTION_CLOSED) {
		connection_free(connection);
		return;
	}
	outlets_end_step(outlets);
	outlets_pause(outlets, &connection->speaker);
	connection_watch(connection);
	if (connection->dtls != NULL)
		dtls_peer_end_turn(connection);
}

/* Only a connection that blocked while writing costs another epoll_ctl(2). */
static void
connection_watch(struct connection *connection)
{
	if (connection->link.transport.can_write)
		return;
	loop_watch(connection->services->loop, &connection->event,
	    &connection->events, connection->events | EPOLLOUT);
}

void
connection_free(struct connection *connection)
{
	const struct services *services = connection->services;
	struct connections *all = connection->all;

	outcome_end(&connection->link.outcome);
	dtls_peer_close(connection);
	if (connection->link.ssl != NULL && connection->handler->close != NULL)
		connection->handler->close(connection);
	connection_record_end(connection);
	loop_forget(services->loop, &connection->event);
	loop_remove(services->loop, &connection->source);
	connection_stop_timers(connection);
	loop_task_stop(services->loop, &connection->again);
	outlets_forget(&connection->speaker);
	TAILQ_REMOVE(&all->list, connection, entry);
	link_close(&connection->link);
	slab_free(connection->dtls);
	free(connection->label);
	slab_free(connection);
	outlets_end_step(services->outlets);
	acceptor_resume(&all->acceptor);
}
