#include "resumption/session_remote.h"

#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/loop.h"
#include "base/services.h"
#include "base/ssl_slot.h"
#include "config/config.h"
#include "foundation/log.h"
#include "foundation/slab.h"
#include "tls/base/openssl_compat.h"
#include "tls/tls_context.h"

/* A session on its way to the store. */
struct session_put {
	LIST_ENTRY(session_put) entry;
	struct session_remote *remote;
	struct store_ask ask;
	SSL_SESSION *session; /* a reference */
};

static int remote_hello(SSL *, int *, void *);
static bool
remote_key(const struct session_remote *, SSL *, struct session_key *);
static bool remote_is_sure13(const struct services *);
static void remote_ask(struct session_remote *, const struct session_key *);
static bool
remote_is_about(const struct session_remote *, const uint8_t *, size_t);
static void remote_heard(void *, const struct store_answer *);
static void remote_drop(struct session_remote *);
static bool remote_shift(SSL_SESSION *, int64_t);
static void remote_set_mark(SSL_SESSION *, bool);
static int64_t remote_lifetime_ms(const SSL_SESSION *);
static void remote_put_heard(void *, const struct store_answer *);
static void remote_put_free(struct session_put *);

static int remote_slot = -1; /* of a struct session_remote */
/* In an SSL_SESSION: not NULL if the store has it, as far as we know. */
static int remote_mark = -1;

void
session_remote_install(SSL_CTX *ctx)
{
	ssl_slot_open(&remote_slot);
	if (remote_mark == -1)
		remote_mark =
		    SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (remote_mark == -1)
		fatalx("out of memory");
	SSL_CTX_set_client_hello_cb(ctx, remote_hello, NULL);
}

struct session_remote *
session_remote_open(SSL *ssl, const struct services *services,
    struct loop_task *wake, bool *held)
{
	struct session_remote *remote = slab_alloc(sizeof(*remote));

	if (remote == NULL)
		fatalx("out of memory");
	memset(remote, 0, sizeof(*remote));
	remote->services = services;
	remote->wake = wake;
	remote->held = held;
	LIST_INIT(&remote->puts);
	ssl_slot_set(ssl, remote_slot, remote);
	return remote;
}

void
session_remote_close(struct session_remote *remote)
{
	struct session_put *put;

	session_remote_end(remote);
	while ((put = LIST_FIRST(&remote->puts)) != NULL) {
		store_forget(&put->ask);
		remote_put_free(put);
	}
	slab_free(remote);
}

void
session_remote_end(struct session_remote *remote)
{
	store_forget(&remote->ask);
	remote_drop(remote);
	remote->state = REMOTE_IDLE;
}

/*
 * libssl has read a ClientHello, and has done nothing with it. When the answer
 * is there it calls again, and once more after a HelloRetryRequest.
 */
static int
remote_hello(SSL *ssl, int *alert, void *arg)
{
	struct session_remote *remote = SSL_get_ex_data(ssl, remote_slot);
	struct session_key key;

	(void)alert;
	(void)arg;
	if (remote == NULL || remote->cannot_wait ||
	    !remote_key(remote, ssl, &key))
		return SSL_CLIENT_HELLO_SUCCESS;
	remote_ask(remote, &key);
	return remote->state == REMOTE_ASKED ? SSL_CLIENT_HELLO_RETRY
					     : SSL_CLIENT_HELLO_SUCCESS;
}

static bool
remote_key(
    const struct session_remote *remote, SSL *ssl, struct session_key *key)
{
	const struct services *services = remote->services;
	const char *identity = services->config->psk_identity;
	struct session_rules rules = { .never = false };
	struct session_offer offer;

	if (!session_offer_of_ssl(&offer, ssl, services->config->dtls))
		return false;
	session_rules_read(&rules, ssl, remote_is_sure13(services));
	if (services->tls->psk.session != NULL)
		rules.psk = (struct hello_span){ (const uint8_t *)identity,
			strlen(identity) };
	return session_offer_key(&offer, &rules, key);
}

/* What of ours may give a handshake another certificate, or none. */
static bool
remote_is_sure13(const struct services *services)
{
	const struct config *config = services->config;

	return services->tls->ctx2 != NULL || services->tls->psk.key != NULL ||
	    services->tls->psk.session != NULL ||
	    !TAILQ_EMPTY(&config->extra) || config->status;
}

/* Does nothing if that is what was asked last. */
static void
remote_ask(struct session_remote *remote, const struct session_key *key)
{
	struct store *store = remote->services->store;

	if (remote->state != REMOTE_IDLE &&
	    remote_is_about(remote, key->id, key->size))
		return;
	session_remote_end(remote);
	remote->key = *key;
	remote->state = REMOTE_ASKED;
	remote->ask.heard = remote_heard;
	remote->ask.arg = remote;
	if (key->single_use)
		store_take(store, &remote->ask, key->id, key->size);
	else
		store_get(store, &remote->ask, key->id, key->size);
}

static bool
remote_is_about(
    const struct session_remote *remote, const uint8_t *id, size_t id_size)
{
	return remote->key.size == id_size &&
	    memcmp(remote->key.id, id, id_size) == 0;
}

/* A session of single use that others may have, too, is none. */
static void
remote_heard(void *arg, const struct store_answer *answer)
{
	struct session_remote *remote = arg;

	remote->state = REMOTE_ANSWERED;
	if (answer->verdict == STORE_FOUND && answer->size > 0 &&
	    (!remote->key.single_use || answer->single_use_is_sure)) {
		if ((remote->session = slab_alloc(answer->size)) == NULL)
			fatalx("out of memory");
		memcpy(remote->session, answer->session, answer->size);
		remote->size = answer->size;
		remote->time_shift_s = answer->time_shift_s;
	}
	loop_defer(remote->services->loop, remote->wake);
}

static void
remote_drop(struct session_remote *remote)
{
	if (remote->session != NULL)
		OPENSSL_cleanse(remote->session, remote->size);
	slab_free(remote->session);
	remote->session = NULL;
}

/*
 * One of single use that is given away now counts as missing when libssl asks
 * again, after a HelloRetryRequest: the stock program has spent it, too.
 */
SSL_SESSION *
session_remote_find(
    struct session_remote *remote, const uint8_t *id, size_t id_size)
{
	const uint8_t *data = remote->session;
	SSL_SESSION *session;

	if (data == NULL || !remote_is_about(remote, id, id_size))
		return NULL;
	/* An error that stayed in the queue would end the connection. */
	ERR_set_mark();
	session = d2i_SSL_SESSION(NULL, &data, (long)remote->size);
	ERR_pop_to_mark();
	if (session != NULL && !remote_shift(session, remote->time_shift_s)) {
		SSL_SESSION_free(session);
		session = NULL;
	}
	if (session != NULL)
		remote_set_mark(session, !remote->key.single_use);
	if (remote->key.single_use)
		remote_drop(remote);
	return session;
}

/* Returns false if no clock has such a time: who wrote that is not known. */
static bool
remote_shift(SSL_SESSION *session, int64_t shift_s)
{
	int64_t time_s;

	if (__builtin_add_overflow(
		compat_session_time(session), shift_s, &time_s) ||
	    time_s < 0)
		return false;
	compat_session_set_time(session, time_s);
	return true;
}

/* An ID that is in use belongs to a session that is not ours to remove. */
void
session_remote_put(struct session_remote *remote, SSL_SESSION *session,
    const uint8_t *data, size_t size, bool single_use)
{
	struct session_put *put = slab_alloc(sizeof(*put));
	const unsigned char *id;
	unsigned id_size;

	if (put == NULL)
		fatalx("out of memory");
	*put = (struct session_put){ .remote = remote,
		.ask = { .heard = remote_put_heard, .arg = put },
		.session = session };
	SSL_SESSION_up_ref(session);
	remote_set_mark(session, true);
	LIST_INSERT_HEAD(&remote->puts, put, entry);
	*remote->held = true;
	id = SSL_SESSION_get_id(session, &id_size);
	store_put(remote->services->store, &put->ask, id, id_size, data, size,
	    remote_lifetime_ms(session), single_use);
}

static void
remote_set_mark(SSL_SESSION *session, bool stored)
{
	SSL_SESSION_set_ex_data(
	    session, remote_mark, stored ? &remote_mark : NULL);
}

static int64_t
remote_lifetime_ms(const SSL_SESSION *session)
{
	int64_t left_s = compat_session_time(session) +
	    SSL_SESSION_get_timeout(session) - (int64_t)time(NULL);

	return left_s > 0 ? left_s * 1000 : 1;
}

static void
remote_put_heard(void *arg, const struct store_answer *answer)
{
	struct session_put *put = arg;
	struct session_remote *remote = put->remote;

	if (answer->verdict == STORE_MISSED)
		remote_set_mark(put->session, false);
	remote_put_free(put);
	if (!LIST_EMPTY(&remote->puts))
		return;
	*remote->held = false;
	loop_defer(remote->services->loop, remote->wake);
}

static void
remote_put_free(struct session_put *put)
{
	LIST_REMOVE(put, entry);
	SSL_SESSION_free(put->session);
	slab_free(put);
}

void
session_remote_remove(struct store *store, SSL_SESSION *session)
{
	const unsigned char *id;
	unsigned id_size;

	if (SSL_SESSION_get_ex_data(session, remote_mark) == NULL)
		return;
	remote_set_mark(session, false);
	id = SSL_SESSION_get_id(session, &id_size);
	store_remove(store, id, id_size);
}
