#include <errno.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "base/counters.h"
#include "base/services.h"
#include "base/ssl_slot.h"
#include "config/config.h"
#include "foundation/fault.h"
#include "foundation/text.h"
#include "resumption/resumption.h"
#include "resumption/session_maker.h"
#include "resumption/session_remote.h"
#include "resumption/tickets.h"
#include "sessions/session_cache.h"
#include "shared/shared.h"
#include "tls/base/openssl_compat.h"
#include "tls/tls_context.h"

/*
 * libssl's internal store is empty and shut, except for a moment when a session
 * is taken. So libssl never evicts a session from it, which would call
 * resumption_remove() for a session that is still good.
 */
#define RESUMPTION_STORE_SHUT \
	(SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL)
#define RESUMPTION_STORE_OPEN \
	(SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL_LOOKUP)

/* Attempts to find an ID that begins with -id_prefix and is not in use. */
#define RESUMPTION_ATTEMPTS 10

static int resumption_make_id(SSL *, unsigned char *, unsigned *);
static int resumption_new(SSL *, SSL_SESSION *);
static void resumption_put(SSL *, SSL_SESSION *, const uint8_t *, size_t);
static SSL_SESSION *resumption_get(SSL *, const unsigned char *, int, int *);
static SSL_SESSION *resumption_fetch(SSL *, const unsigned char *, size_t);
static SSL_SESSION *
resumption_fetch_local(SSL *, const unsigned char *, size_t, bool);
static void resumption_remove(SSL_CTX *, SSL_SESSION *);
static bool resumption_by_id(SSL *);
static struct resumption *resumption_of(SSL *);
static bool resumption_is_single_use(SSL *);
static const struct services *resumption_services(SSL *);
static struct session_cache *resumption_cache(SSL *);
static bool resumption_is_told(SSL *);

static int resumption_slot = -1; /* of a struct resumption */

void
resumption_install(const struct tls_context *tls)
{
	const struct config *config = tls->config;
	SSL_CTX *ctx = tls->ctx;

	ssl_slot_open(&resumption_slot);
	tickets_install(ctx);
	if (config->log != NULL)
		session_maker_install(ctx);
	/* Also without a cache, to count sessions offered in vain. */
	SSL_CTX_sess_set_get_cb(ctx, resumption_get);
	if (config->id_prefix != NULL)
		SSL_CTX_set_generate_session_id(ctx, resumption_make_id);
	if (!config_keeps_sessions(config)) {
		SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
		return;
	}
	SSL_CTX_set_session_cache_mode(ctx, RESUMPTION_STORE_SHUT);
	SSL_CTX_sess_set_new_cb(ctx, resumption_new);
	SSL_CTX_sess_set_remove_cb(ctx, resumption_remove);
	if (config->session_store == NULL)
		return;
	session_remote_install(ctx);
	if (tls->ctx2 != NULL)
		session_remote_install(tls->ctx2);
}

void
resumption_begin(const struct services *services)
{
	/* It is only read. */
	SSL_CTX_set_app_data(services->tls->ctx, (void *)(uintptr_t)services);
}

void
resumption_attach(struct resumption *resumption, SSL *ssl,
    const struct services *services, struct loop_task *wake, bool *held)
{
	resumption->services = services;
	ssl_slot_set(ssl, resumption_slot, resumption);
	if (services->store != NULL)
		resumption->remote =
		    session_remote_open(ssl, services, wake, held);
}

void
resumption_may_wait(struct resumption *resumption, bool may)
{
	if (resumption->remote != NULL)
		resumption->remote->cannot_wait = !may;
}

void
resumption_end(struct resumption *resumption)
{
	if (resumption->remote != NULL)
		session_remote_end(resumption->remote);
}

void
resumption_free(struct resumption *resumption)
{
	if (resumption->remote != NULL)
		session_remote_close(resumption->remote);
	resumption->remote = NULL;
}

/* Make an ID of *id_size bytes. Returns 1, or 0 if no ID was found. */
static int
resumption_make_id(SSL *ssl, unsigned char *id, unsigned *id_size)
{
	const char *prefix = resumption_services(ssl)->config->id_prefix;
	size_t prefix_size = strnlen(prefix, *id_size);
	int i;

	for (i = 0; i < RESUMPTION_ATTEMPTS; i++) {
		if (RAND_bytes(id, (int)*id_size) != 1)
			return 0;
		memcpy(id, prefix, prefix_size);
		if (!session_cache_has(resumption_cache(ssl), id, *id_size,
			(int64_t)time(NULL)))
			return 1;
	}
	return 0;
}

/*
 * Serialises the session before any lock is taken. Returns 0, because no
 * reference to the session is kept.
 */
static int
resumption_new(SSL *ssl, SSL_SESSION *session)
{
	unsigned char *data = resumption_services(ssl)->session, *end = data;
	int size;

	/* The stock program prints this for stateless tickets as well. */
	if (resumption_is_told(ssl))
		text_printf(TEXT_ERR, "New session added to external cache\n");
	if (!resumption_by_id(ssl))
		return 0;
	fault_point("session-store");
	session_maker_mark(ssl, session);
	size = i2d_SSL_SESSION(session, NULL);
	if (size > 0 && size <= SESSION_BYTES_MAX)
		size = i2d_SSL_SESSION(session, &end);
	if (size <= 0)
		return 0;
	resumption_put(ssl, session, data, (size_t)size);
	OPENSSL_cleanse(data, (size_t)(end - data));
	return 0;
}

/* Of a session that is too large there are no data; who gets it counts that. */
static void
resumption_put(SSL *ssl, SSL_SESSION *session, const uint8_t *data, size_t size)
{
	struct session_remote *remote = resumption_of(ssl)->remote;
	const unsigned char *id;
	unsigned id_size;

	if (remote != NULL) {
		session_remote_put(
		    remote, session, data, size, resumption_is_single_use(ssl));
		return;
	}
	id = SSL_SESSION_get_id(session, &id_size);
	session_cache_put(resumption_cache(ssl), id, id_size, data, size,
	    compat_session_time(session) + SSL_SESSION_get_timeout(session));
}

static SSL_SESSION *
resumption_get(
    SSL *ssl, const unsigned char *id, int id_size, int *keep_reference)
{
	struct resumption *resumption = resumption_of(ssl);
	const struct counters *counters = resumption->services->counters;
	bool told = resumption_is_told(ssl), too_old;
	SSL_SESSION *session;

	*keep_reference = 0;
	errno = 0;
	session = resumption_fetch(ssl, id, (size_t)id_size);
	too_old = errno == ETIME;
	resumption->by_id = session != NULL;
	if (told)
		text_printf(TEXT_ERR, "Lookup session: cache %s\n",
		    session != NULL ? "hit" : "miss");
	if (too_old)
		counters_count(counters, STAT_TIMEOUTS);
	else if (told && session != NULL)
		counters_count(counters, STAT_CALLBACK_HITS);
	else if (!told && session == NULL)
		counters_count(counters, STAT_MISSES);
	return session;
}

/*
 * A session for early data is taken out of the cache: if several connections
 * offer it, on any workers, only one gets it (RFC 8446, section 8.1). libssl
 * must take that connection for the owner of the session: next it calls
 * SSL_CTX_remove_session(), which succeeds only if the internal store holds the
 * session. So the store is open until resumption_remove().
 *
 * With -ext_cache the store stays shut, because the stock program then takes no
 * early data.
 *
 * errno is ETIME if the session was there, but too old.
 */
static SSL_SESSION *
resumption_fetch(SSL *ssl, const unsigned char *id, size_t id_size)
{
	struct session_remote *remote = resumption_of(ssl)->remote;
	bool take = resumption_is_single_use(ssl);
	SSL_SESSION *session;

	session = remote != NULL
	    ? session_remote_find(remote, id, id_size)
	    : resumption_fetch_local(ssl, id, id_size, take);
	if (session != NULL && take && !resumption_is_told(ssl)) {
		fault_point("session-taken");
		SSL_CTX_set_session_cache_mode(
		    resumption_services(ssl)->tls->ctx, RESUMPTION_STORE_OPEN);
	}
	return session;
}

static SSL_SESSION *
resumption_fetch_local(
    SSL *ssl, const unsigned char *id, size_t id_size, bool take)
{
	unsigned char *data = resumption_services(ssl)->session;
	const unsigned char *begin = data;
	SSL_SESSION *session = NULL;
	size_t size;

	size = session_cache_get(resumption_cache(ssl), id, id_size, data,
	    SESSION_BYTES_MAX, (int64_t)time(NULL), take);
	if (size > 0)
		session = d2i_SSL_SESSION(NULL, &begin, (long)size);
	OPENSSL_cleanse(data, size);
	return session;
}

static void
resumption_remove(SSL_CTX *ctx, SSL_SESSION *session)
{
	const struct services *services = SSL_CTX_get_app_data(ctx);
	const unsigned char *id;
	unsigned id_size;

	SSL_CTX_set_session_cache_mode(ctx, RESUMPTION_STORE_SHUT);
	if (services->store != NULL) {
		session_remote_remove(services->store, session);
		return;
	}
	id = SSL_SESSION_get_id(session, &id_size);
	if (id_size > 0)
		session_cache_remove(services->shared->sessions, id, id_size);
}

/*
 * Returns true if the session goes into the cache. libssl calls back also for
 * each stateless TLS 1.3 ticket, which has its session in it. With early data
 * and anti-replay, TLS 1.3 tickets are stateful as well (RFC 8446, section
 * 8.1).
 */
static bool
resumption_by_id(SSL *ssl)
{
	return SSL_version(ssl) != TLS1_3_VERSION ||
	    (SSL_get_options(ssl) & SSL_OP_NO_TICKET) != 0 ||
	    resumption_is_single_use(ssl);
}

/* The condition of libssl, which holds also if early data is not read. */
static bool
resumption_is_single_use(SSL *ssl)
{
	return SSL_version(ssl) == TLS1_3_VERSION &&
	    SSL_get_max_early_data(ssl) > 0 &&
	    (SSL_get_options(ssl) & SSL_OP_NO_ANTI_REPLAY) == 0;
}

static struct resumption *
resumption_of(SSL *ssl)
{
	return SSL_get_ex_data(ssl, resumption_slot);
}

static const struct services *
resumption_services(SSL *ssl)
{
	return resumption_of(ssl)->services;
}

static struct session_cache *
resumption_cache(SSL *ssl)
{
	return resumption_services(ssl)->shared->sessions;
}

/*
 * With -ext_cache the use of the cache is printed, and counted as the stock
 * program counts: only then is its cache external to libssl.
 */
static bool
resumption_is_told(SSL *ssl)
{
	const struct config *config = resumption_services(ssl)->config;

	return config->ext_cache && config_keeps_sessions(config);
}
