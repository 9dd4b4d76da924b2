#include <openssl/err.h>
#include <openssl/ssl.h>

#include "connection/connection_state.h"
#include "foundation/monotime.h"
#include "link/early_data.h"
#include "link/handshake.h"
#include "shared/shared.h"
#include "tls/base/tls_error.h"
#include "tls/psk.h"
#include "tls/tls_context.h"
#include "worker.h"

static void handshake_finished(struct connection *);
static enum stats_kind handshake_kind(const struct connection *);
static enum stats_counter
handshake_failure(const struct connection *, int, size_t);
static bool handshake_was_refused(void);

enum handshake_result
handshake_step(struct connection *connection)
{
	size_t unsent = handshake_before(connection);
	int result = SSL_do_handshake(connection->ssl);

	early_data_count(connection);
	if (result != 1)
		return handshake_stuck(connection, result, unsent);
	handshake_finished(connection);
	async_end(&connection->async);
	status_free(connection);
	return HANDSHAKE_DONE;
}

size_t
handshake_before(struct connection *connection)
{
	if (!connection->counted)
		worker_count(connection->worker, STAT_ACCEPTS);
	connection->counted = true;
	connection->transport.starved = false;
	async_before(&connection->async);
	tls_error_clear();
	return transport_unsent(&connection->transport);
}

enum handshake_result
handshake_stuck(struct connection *connection, int result, size_t unsent)
{
	int error = SSL_get_error(connection->ssl, result);

	switch (error) {
	case SSL_ERROR_WANT_READ:
		return connection->transport.starved ? HANDSHAKE_WAIT
						     : HANDSHAKE_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		return HANDSHAKE_AGAIN;
	case SSL_ERROR_WANT_X509_LOOKUP:
		return HANDSHAKE_SUSPENDED;
	case SSL_ERROR_WANT_ASYNC:
	case SSL_ERROR_WANT_ASYNC_JOB:
		async_wait(&connection->async, error);
		return HANDSHAKE_SUSPENDED;
	default:
		handshake_count_failure(
		    connection, handshake_failure(connection, error, unsent));
		return HANDSHAKE_FAILED;
	}
}

void
handshake_count_failure(struct connection *connection, enum stats_counter why)
{
	worker_count(connection->worker, why);
	handshake_count_sessions(connection->worker);
}

/*
 * A session counts as a hit when it is found good, which is not the last word:
 * a HelloRetryRequest or a failure may follow. And tickets hold their session
 * themselves, so that only libssl sees that one is too old. It counts for a
 * whole context; all connections count there, since a change of context by SNI
 * does not change whose sessions are looked for.
 */
void
handshake_count_sessions(struct worker *worker)
{
	SSL_CTX *ctx = worker->setup->tls->ctx;
	long hits = SSL_CTX_sess_hits(ctx);
	long too_old = SSL_CTX_sess_timeouts(ctx);

	worker_add(worker, STAT_HITS, (uint64_t)(hits - worker->hits));
	worker_add(
	    worker, STAT_TIMEOUTS, (uint64_t)(too_old - worker->too_old));
	worker->hits = hits;
	worker->too_old = too_old;
}

static void
handshake_finished(struct connection *connection)
{
	struct worker *worker = connection->worker;

	worker_count(worker, STAT_ACCEPTS_FINISHED);
	stats_add_finished(worker->setup->shared->stats, worker->slot,
	    stats_version((unsigned)SSL_version(connection->ssl)),
	    handshake_kind(connection),
	    monotime_us() - connection->accepted_us);
	handshake_count_sessions(worker);
}

/*
 * A session that was resumed came from the cache if the cache had it: libssl
 * asks for an ID only if there is no ticket, and then takes that session or
 * none.
 */
static enum stats_kind
handshake_kind(const struct connection *connection)
{
	if (!SSL_session_reused(connection->ssl))
		return STATS_FULL;
	if (psk_was_found(connection->ssl))
		return STATS_BY_PSK;
	return connection->by_id ? STATS_BY_ID : STATS_BY_TICKET;
}

/*
 * The most telling reason. What libssl writes in the call that fails is its
 * alert: it sends one for whatever it does not like, except to a peer that sent
 * one itself or never spoke TLS. To one that has gone it says it in vain.
 */
static enum stats_counter
handshake_failure(const struct connection *connection, int error, size_t unsent)
{
	const struct transport *transport = &connection->transport;

	if (handshake_was_refused())
		return STAT_FAILED_ALERT_RECEIVED;
	if (!transport_speaks_tls(transport))
		return STAT_FAILED_NOT_TLS;
	if (error == SSL_ERROR_ZERO_RETURN || transport->at_eof ||
	    transport->read_error != 0 || transport->write_error != 0)
		return STAT_FAILED_CLOSED;
	if (transport_unsent(transport) > unsent)
		return STAT_FAILED_ALERT_SENT;
	return STAT_FAILED_OTHER;
}

/* The peer's alert is an error of its own kind, in a range of its own. */
static bool
handshake_was_refused(void)
{
	unsigned long error = ERR_peek_last_error();

	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
	    ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET;
}
