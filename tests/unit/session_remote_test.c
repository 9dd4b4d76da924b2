/*
 * The sessions of a connection in a store: what it is asked, and when what is
 * written may leave. The test is the store.
 */
#include <openssl/ssl.h>

#include "base/loop.h"
#include "base/services.h"
#include "config/config.h"
#include "hello_message.h"
#include "resumption/session_remote.h"
#include "tls/base/openssl_compat.h"
#include "tls/tls_context.h"
#include "unit.h"

#define ID_SIZE 32

/* What the store was asked, and by whom last. */
static struct {
	unsigned gets, takes, puts, removals, forgotten;
	struct store_ask *ask;
	int64_t lifetime_ms;
} store;
static unsigned woken;
static struct loop loop;
static struct loop_task wake;
static struct config config;
static struct tls_context tls;
static struct services services = {
	.loop = &loop,
	.config = &config,
	.tls = &tls,
	.store = (struct store *)&store, /* only passed on */
};

static void
store_note(
    struct store *s, struct store_ask *ask, const uint8_t *id, size_t size)
{
	CHECK(s == services.store && id[0] == 1 && size == ID_SIZE);
	store.ask = ask;
}

void
store_get(
    struct store *s, struct store_ask *ask, const uint8_t *id, size_t size)
{
	store.gets++;
	store_note(s, ask, id, size);
}

void
store_take(
    struct store *s, struct store_ask *ask, const uint8_t *id, size_t size)
{
	store.takes++;
	store_note(s, ask, id, size);
}

void
store_put(struct store *s, struct store_ask *ask, const uint8_t *id,
    size_t id_size, const uint8_t *session, size_t size, int64_t lifetime_ms,
    bool single_use)
{
	CHECK(session != NULL && size > 0 && !single_use);
	store.puts++;
	store_note(s, ask, id, id_size);
	store.lifetime_ms = lifetime_ms;
}

void
store_remove(struct store *s, const uint8_t *id, size_t size)
{
	CHECK(s == services.store && id[0] == 1 && size == ID_SIZE);
	store.removals++;
}

void
store_forget(struct store_ask *ask)
{
	store.forgotten++;
	if (store.ask == ask)
		store.ask = NULL;
}

static void
on_wake(void *arg)
{
	(void)arg;
	woken++;
}

static SSL *
open_server(void)
{
	SSL *ssl;

	memset(&store, 0, sizeof(store));
	woken = 0;
	wake.run = on_wake;
	CHECK(loop_open(&loop) == 0);
	TAILQ_INIT(&config.extra);
	tls.ctx = SSL_CTX_new(TLS_server_method());
	CHECK(tls.ctx != NULL);
	session_remote_install(tls.ctx);
	CHECK((ssl = SSL_new(tls.ctx)) != NULL);
	return ssl;
}

static void
close_server(SSL *ssl)
{
	SSL_free(ssl);
	SSL_CTX_free(tls.ctx);
	close(loop.fd);
}

static SSL_SESSION *
new_session(SSL *ssl, uint8_t **der, size_t *size)
{
	static const unsigned char id[ID_SIZE] = { 1 }, key[48] = { 2 },
				   suite[] = { 0xc0, 0x2b };
	SSL_SESSION *session = SSL_SESSION_new();
	int length;

	CHECK(session != NULL);
	CHECK(SSL_SESSION_set1_id(session, id, sizeof(id)) == 1);
	CHECK(SSL_SESSION_set1_master_key(session, key, sizeof(key)) == 1);
	CHECK(
	    SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, suite)) == 1);
	CHECK(SSL_SESSION_set_protocol_version(session, TLS1_2_VERSION) == 1);
	SSL_SESSION_set_timeout(session, 100);
	compat_session_set_time(session, time(NULL));
	*der = NULL;
	length = i2d_SSL_SESSION(session, der);
	CHECK(length > 0);
	*size = (size_t)length;
	return session;
}

static void
answer(enum store_verdict verdict, const uint8_t *der, size_t size, bool sure)
{
	struct store_answer told = { .verdict = verdict,
		.session = der,
		.size = size,
		.single_use_is_sure = sure,
		.time_shift_s = 7 };
	struct store_ask *ask = store.ask;

	CHECK(ask != NULL);
	store.ask = NULL;
	ask->heard(ask->arg, &told);
	loop_dispatch(&loop);
}

/* A ClientHello with that session ID; with_psk: of TLS 1.3, with a ticket. */
static void
hear_hello(SSL *ssl, bool with_psk)
{
	struct hello_message message = { .size = 0 };
	uint8_t random[32] = { 3 }, id[ID_SIZE] = { 1 }, header[5];
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	struct hello_message psk = { .size = 0 };

	hello_add_number(&message, 4, 0x01000000);
	hello_add_number(&message, 2, 0x0303);
	hello_add(&message, random, sizeof(random));
	hello_add_number(&message, 1, sizeof(id));
	hello_add(&message, id, sizeof(id));
	hello_add(&message, BYTES(0, 4, 0x13, 1, 0xc0, 0x2b));
	hello_add(&message, BYTES(1, 0));
	if (with_psk) {
		hello_add(&psk, BYTES(0, 38, 0, 32));
		hello_add(&psk, id, sizeof(id));
		hello_add_number(&psk, 4, 0);
		hello_add(&psk, BYTES(0, 33, 32));
		hello_add(&psk, random, sizeof(random));
		hello_extension(
		    &message, HELLO_SUPPORTED_VERSIONS, BYTES(2, 3, 4));
		hello_extension(
		    &message, HELLO_PSK_KEY_EXCHANGE_MODES, BYTES(1, 1));
		hello_extension(
		    &message, HELLO_PRE_SHARED_KEY, psk.data, psk.size);
	}
	hello_finish(&message);
	memcpy(header,
	    (uint8_t[]){
		22, 3, 1, (uint8_t)(message.size >> 8), (uint8_t)message.size },
	    sizeof(header));
	CHECK(in != NULL && out != NULL);
	BIO_write(in, header, sizeof(header));
	BIO_write(in, message.data, (int)message.size);
	SSL_set_bio(ssl, in, out);
	SSL_set_accept_state(ssl);
}

static bool
waits(SSL *ssl)
{
	int result = SSL_do_handshake(ssl);

	return SSL_get_error(ssl, result) == SSL_ERROR_WANT_CLIENT_HELLO_CB;
}

static void
test_a_session_is_asked_for_once(void)
{
	static const uint8_t id[ID_SIZE] = { 1 }, other[ID_SIZE] = { 2 };
	bool held = false;
	SSL *ssl = open_server();
	struct session_remote *remote =
	    session_remote_open(ssl, &services, &wake, &held);
	SSL_SESSION *session, *found;
	uint8_t *der;
	size_t size;
	int i;

	session = new_session(ssl, &der, &size);
	hear_hello(ssl, false);
	CHECK(waits(ssl) && waits(ssl));
	CHECK(store.gets == 1 && store.takes == 0 && woken == 0);
	CHECK(session_remote_find(remote, id, sizeof(id)) == NULL);
	answer(STORE_FOUND, der, size, false);
	CHECK(woken == 1 && !waits(ssl) && store.gets == 1);
	CHECK(session_remote_find(remote, other, sizeof(other)) == NULL);
	/* libssl may look for it twice. */
	for (i = 0; i < 2; i++) {
		found = session_remote_find(remote, id, sizeof(id));
		CHECK(found != NULL && !held);
		CHECK(compat_session_time(found) ==
		    compat_session_time(session) + 7);
		session_remote_remove(services.store, found);
		session_remote_remove(services.store, found);
		CHECK(store.removals == (unsigned)i + 1);
		SSL_SESSION_free(found);
	}
	session_remote_end(remote);
	CHECK(session_remote_find(remote, id, sizeof(id)) == NULL);
	session_remote_close(remote);
	SSL_SESSION_free(session);
	OPENSSL_free(der);
	close_server(ssl);
}

/* Returns the session that libssl is given. */
static SSL_SESSION *
take(enum store_verdict verdict, bool sure)
{
	static const uint8_t id[ID_SIZE] = { 1 };
	bool held = false;
	SSL *ssl = open_server();
	struct session_remote *remote =
	    session_remote_open(ssl, &services, &wake, &held);
	SSL_SESSION *session, *found;
	uint8_t *der;
	size_t size;

	tls.psk.key = (unsigned char[]){ 0 }; /* TLS 1.3 needs no certificate */
	session = new_session(ssl, &der, &size);
	SSL_set_max_early_data(ssl, 100);
	hear_hello(ssl, true);
	CHECK(waits(ssl) && store.takes == 1 && store.gets == 0);
	answer(verdict, der, size, sure);
	found = session_remote_find(remote, id, sizeof(id));
	CHECK(session_remote_find(remote, id, sizeof(id)) == NULL);
	if (found != NULL)
		session_remote_remove(services.store, found);
	CHECK(store.removals == 0);
	session_remote_close(remote);
	SSL_SESSION_free(session);
	OPENSSL_free(der);
	tls.psk.key = NULL;
	close_server(ssl);
	return found;
}

static void
test_what_is_taken_is_given_away_once_and_never_removed(void)
{
	SSL_SESSION *session = take(STORE_FOUND, true);

	CHECK(session != NULL);
	SSL_SESSION_free(session);
	CHECK(take(STORE_FOUND, false) == NULL);
	CHECK(take(STORE_MISSED, false) == NULL);
	CHECK(take(STORE_FAILED, false) == NULL);
}

static void
test_what_is_written_is_held_until_all_is_stored(void)
{
	bool held = false;
	SSL *ssl = open_server();
	struct session_remote *remote =
	    session_remote_open(ssl, &services, &wake, &held);
	SSL_SESSION *session;
	struct store_ask *first;
	uint8_t *der;
	size_t size;

	session = new_session(ssl, &der, &size);
	session_remote_put(remote, session, der, size, false);
	first = store.ask;
	CHECK(held && store.lifetime_ms > 98000 && store.lifetime_ms <= 100000);
	session_remote_put(remote, session, der, size, false);
	answer(STORE_DONE, NULL, 0, false);
	CHECK(held && woken == 0);
	store.ask = first;
	answer(STORE_FAILED, NULL, 0, false);
	CHECK(!held && woken == 1);
	/* Nobody knows whether the store has it. */
	session_remote_remove(services.store, session);
	CHECK(store.removals == 1);
	/* Under its ID stands the session of somebody else. */
	session_remote_put(remote, session, der, size, false);
	answer(STORE_MISSED, NULL, 0, false);
	session_remote_remove(services.store, session);
	CHECK(!held && store.removals == 1);
	/* The connection ends before the answer. */
	session_remote_put(remote, session, der, size, false);
	session_remote_close(remote);
	CHECK(store.ask == NULL && store.forgotten > 0);
	SSL_SESSION_free(session);
	OPENSSL_free(der);
	close_server(ssl);
}

int
main(void)
{
	UNIT_RUN(test_a_session_is_asked_for_once);
	UNIT_RUN(test_what_is_taken_is_given_away_once_and_never_removed);
	UNIT_RUN(test_what_is_written_is_held_until_all_is_stored);
	return unit_end();
}
