#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/counters.h"
#include "base/services.h"
#include "link/explain.h"
#include "link/handshake.h"
#include "link/link.h"
#include "link/tallying.h"
#include "link/witness.h"
#include "tls/psk.h"
#include "tls/tls_context.h"

static void handshake_finished(struct link *);
static enum stats_kind handshake_kind(const struct link *);
static enum stats_counter handshake_failure(const struct link *, bool, size_t);
static bool handshake_was_refused(void);

void
handshake_begin(struct link *link, enum handshake_phase phase)
{
	link->shake.phase = phase;
	/* SSL_stateless would lose what it has read: see stateless.c. */
	link->shake.stapling.cannot_wait = phase == PHASE_COOKIE;
	resumption_may_wait(&link->shake.resumption, phase != PHASE_COOKIE);
}

enum link_result
handshake_step(struct link *link)
{
	size_t unsent = handshake_before(link);
	int result = SSL_do_handshake(link->ssl);

	handshake_count_early(link);
	if (result != 1)
		return handshake_stuck(link, result, unsent);
	handshake_finished(link);
	async_end(&link->shake.async);
	stapling_free(&link->shake.stapling);
	resumption_end(&link->shake.resumption);
	return LINK_DONE;
}

size_t
handshake_before(struct link *link)
{
	outcome_begin(&link->outcome);
	async_before(&link->shake.async);
	link_before(link);
	return transport_unsent(&link->transport);
}

enum link_result
handshake_stuck(struct link *link, int result, size_t unsent)
{
	enum link_result next = link_look(link, result);

	if (next != LINK_ENDED && next != LINK_FAILED)
		return next;
	handshake_fail(
	    link, handshake_failure(link, next == LINK_ENDED, unsent));
	return LINK_FAILED;
}

void
handshake_fail(struct link *link, enum stats_counter why)
{
	explain_failure(link, why);
	tallying_fail(link, why);
	handshake_count_sessions(link->services);
}

void
handshake_explain_end(struct link *link)
{
	size_t unsent = transport_unsent(&link->transport);

	if (link->shake.witness != NULL)
		explain_failure(link, handshake_failure(link, false, unsent));
}

void
handshake_count_early(struct link *link)
{
	int status = SSL_get_early_data_status(link->ssl);

	if (status != SSL_EARLY_DATA_NOT_SENT)
		outcome_early(
		    &link->outcome, status == SSL_EARLY_DATA_ACCEPTED);
}

/*
 * A session counts as a hit when libssl finds it good; a HelloRetryRequest or a
 * failure may still follow. Tickets have their session in them, so only libssl
 * sees that one is too old. libssl counts for a whole context. All connections
 * count in this context, because SNI does not change where sessions are looked
 * up.
 */
void
handshake_count_sessions(const struct services *services)
{
	struct counters *counters = services->counters;
	SSL_CTX *ctx = services->tls->ctx;
	long hits = SSL_CTX_sess_hits(ctx);
	long too_old = SSL_CTX_sess_timeouts(ctx);

	counters_add(counters, STAT_HITS, (uint64_t)(hits - counters->hits));
	counters_add(
	    counters, STAT_TIMEOUTS, (uint64_t)(too_old - counters->too_old));
	counters->hits = hits;
	counters->too_old = too_old;
}

static void
handshake_finished(struct link *link)
{
	tallying_shake(
	    link, (unsigned)SSL_version(link->ssl), handshake_kind(link));
	handshake_count_sessions(link->services);
	witness_end(link);
}

/*
 * A resumed session came from the cache if the cache had it: libssl looks for
 * an ID only if there is no ticket, and then takes that session or none.
 */
static enum stats_kind
handshake_kind(const struct link *link)
{
	if (!SSL_session_reused(link->ssl))
		return STATS_FULL;
	if (psk_was_found(link->ssl))
		return STATS_BY_PSK;
	return link->shake.resumption.by_id ? STATS_BY_ID : STATS_BY_TICKET;
}

/*
 * Returns the most telling reason. If libssl wrote something in the call that
 * failed, that is its alert: it sends one for every error, except to a peer
 * that sent an alert itself or never spoke TLS. To a peer that has gone, libssl
 * writes it in vain.
 */
static enum stats_counter
handshake_failure(const struct link *link, bool ended, size_t unsent)
{
	const struct transport *transport = &link->transport;

	if (handshake_was_refused())
		return STAT_FAILED_ALERT_RECEIVED;
	if (!transport_speaks_tls(transport))
		return STAT_FAILED_NOT_TLS;
	if (ended || transport->at_eof || transport->read_error != 0 ||
	    transport->write_error != 0)
		return STAT_FAILED_CLOSED;
	if (transport_unsent(transport) > unsent)
		return STAT_FAILED_ALERT_SENT;
	return STAT_FAILED_OTHER;
}

/* Returns true if the peer sent an alert: such errors have their own range. */
static bool
handshake_was_refused(void)
{
	unsigned long error = ERR_peek_last_error();

	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
	    ERR_GET_REASON(error) >= SSL_AD_REASON_OFFSET;
}
