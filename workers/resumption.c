#include <errno.h>
#include <time.h>

#include <openssl/err.h>

#include "config.h"
#include "connection_state.h"
#include "fault.h"
#include "resumption.h"
#include "session_cache.h"
#include "shared.h"
#include "tickets.h"
#include "tls_context.h"
#include "worker.h"

/*
 * libssl's internal store is empty and shut, but for a session that is taken.
 * So nothing is ever evicted from it, which would call resumption_remove() for
 * a session that is still good.
 */
#define RESUMPTION_STORE_SHUT \
	(SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL)
#define RESUMPTION_STORE_OPEN \
	(SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL_LOOKUP)

static int resumption_new(SSL *, SSL_SESSION *);
static SSL_SESSION *resumption_get(SSL *, const unsigned char *, int, int *);
static void resumption_remove(SSL_CTX *, SSL_SESSION *);
static bool resumption_by_id(SSL *);
static struct connection *resumption_connection(SSL *);
static bool resumption_is_single_use(SSL *);
static struct worker *resumption_worker(SSL *);

void
resumption_install(
    SSL_CTX *ctx, const struct config *config, struct shared *shared)
{
	SSL_CTX_set_app_data(ctx, shared);
	tickets_install(ctx);
	/* Without a cache, too: what was asked for in vain is counted. */
	SSL_CTX_sess_set_get_cb(ctx, resumption_get);
	if (!config_keeps_sessions(config)) {
		SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
		return;
	}
	SSL_CTX_set_session_cache_mode(ctx, RESUMPTION_STORE_SHUT);
	SSL_CTX_sess_set_new_cb(ctx, resumption_new);
	SSL_CTX_sess_set_remove_cb(ctx, resumption_remove);
}

/* Serialised before any lock is taken. Always 0: no reference is kept. */
static int
resumption_new(SSL *ssl, SSL_SESSION *session)
{
	unsigned char data[SESSION_BYTES_MAX], *end = data;
	const unsigned char *id;
	unsigned id_size;
	int size;

	if (!resumption_by_id(ssl))
		return 0;
	fault_point("session-store");
	size = i2d_SSL_SESSION(session, NULL);
	if (size <= 0 || (size_t)size > sizeof(data))
		return 0;
	size = i2d_SSL_SESSION(session, &end);
	id = SSL_SESSION_get_id(session, &id_size);
	session_cache_put(resumption_worker(ssl)->setup->shared->sessions, id,
	    id_size, data, (size_t)size,
	    (int64_t)SSL_SESSION_get_time(session) +
		SSL_SESSION_get_timeout(session));
	OPENSSL_cleanse(data, (size_t)size);
	return 0;
}

/*
 * A session for early data is taken: of any number of connections that offer
 * it, on any workers, one gets it (RFC 8446, section 8.1). To libssl that one
 * has to look like the owner of the session: it asks SSL_CTX_remove_session()
 * next, which says yes only of what its internal store holds. So for just as
 * long the store is open; see resumption_remove().
 */
static SSL_SESSION *
resumption_get(
    SSL *ssl, const unsigned char *id, int id_size, int *keep_reference)
{
	struct worker *worker = resumption_worker(ssl);
	unsigned char data[SESSION_BYTES_MAX];
	const unsigned char *begin = data;
	SSL_SESSION *session = NULL;
	bool take = resumption_is_single_use(ssl);
	size_t size;

	*keep_reference = 0;
	errno = 0;
	size = session_cache_get(worker->setup->shared->sessions, id,
	    (size_t)id_size, data, sizeof(data), (int64_t)time(NULL), take);
	if (size > 0)
		session = d2i_SSL_SESSION(NULL, &begin, (long)size);
	resumption_connection(ssl)->by_id = session != NULL;
	if (session != NULL && take) {
		fault_point("session-taken");
		SSL_CTX_set_session_cache_mode(
		    worker->setup->tls->ctx, RESUMPTION_STORE_OPEN);
	}
	if (session == NULL)
		worker_count(
		    worker, errno == ETIME ? STAT_TIMEOUTS : STAT_MISSES);
	OPENSSL_cleanse(data, size);
	return session;
}

static void
resumption_remove(SSL_CTX *ctx, SSL_SESSION *session)
{
	struct shared *shared = SSL_CTX_get_app_data(ctx);
	const unsigned char *id;
	unsigned id_size;

	SSL_CTX_set_session_cache_mode(ctx, RESUMPTION_STORE_SHUT);
	id = SSL_SESSION_get_id(session, &id_size);
	if (id_size > 0)
		session_cache_remove(shared->sessions, id, id_size);
}

/*
 * The new-session callback also runs for every stateless TLS 1.3 ticket, which
 * holds its session itself. With early data and anti-replay TLS 1.3 tickets
 * are stateful as well (RFC 8446, section 8.1).
 */
static bool
resumption_by_id(SSL *ssl)
{
	return SSL_version(ssl) != TLS1_3_VERSION ||
	    (SSL_get_options(ssl) & SSL_OP_NO_TICKET) != 0 ||
	    resumption_is_single_use(ssl);
}

/* libssl's own condition, which does not ask whether early data is read. */
static bool
resumption_is_single_use(SSL *ssl)
{
	return SSL_version(ssl) == TLS1_3_VERSION &&
	    SSL_get_max_early_data(ssl) > 0 &&
	    (SSL_get_options(ssl) & SSL_OP_NO_ANTI_REPLAY) == 0;
}

static struct connection *
resumption_connection(SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

static struct worker *
resumption_worker(SSL *ssl)
{
	return resumption_connection(ssl)->worker;
}
