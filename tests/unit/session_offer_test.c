/*
 * The session that a ClientHello asks for is the one that libssl then looks
 * for: many servers and many ClientHellos, put together by chance.
 */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/client_hello.h"
#include "hello_message.h"
#include "resumption/session_offer.h"
#include "unit.h"

#define ROUNDS	 5000
#define KEY	 32
#define IDENTITY "Client_identity"

/* What one handshake did. */
struct trial {
	const struct hello_message *message;
	bool has_psk; /* the server knows IDENTITY */
	bool decided; /* there is a key */
	struct session_key key;
	unsigned looks; /* of libssl */
	uint8_t first[KEY]; /* that it looked for */
	size_t first_size;
};

static uint64_t seed = 1;
static X509 *certificate;
static EVP_PKEY *private_key;
static SSL_SESSION *psk_session;
/* How often what happened: a test of nothing must not pass. */
static unsigned by_id, by_psk, by_nothing;

static bool
chance(unsigned of)
{
	return unit_below(&seed, of) == 0;
}

static void
make_certificate(void)
{
	private_key = EVP_EC_gen("P-256");
	certificate = X509_new();
	CHECK(private_key != NULL && certificate != NULL);
	CHECK(X509_set_version(certificate, 2) == 1);
	CHECK(X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL);
	CHECK(X509_gmtime_adj(X509_getm_notAfter(certificate), 9999) != NULL);
	CHECK(X509_set_pubkey(certificate, private_key) == 1);
	CHECK(X509_sign(certificate, private_key, EVP_sha256()) > 0);
}

static void
make_psk(SSL_CTX *ctx)
{
	static const unsigned char suite[] = { 0x13, 0x01 }, key[16] = { 1 };
	SSL *ssl = SSL_new(ctx);

	psk_session = SSL_SESSION_new();
	CHECK(ssl != NULL && psk_session != NULL);
	CHECK(SSL_SESSION_set1_master_key(psk_session, key, sizeof(key)) == 1);
	CHECK(SSL_SESSION_set_cipher(
		  psk_session, SSL_CIPHER_find(ssl, suite)) == 1);
	CHECK(
	    SSL_SESSION_set_protocol_version(psk_session, TLS1_3_VERSION) == 1);
	SSL_free(ssl);
}

static struct trial *
trial_of(SSL *ssl)
{
	return SSL_get_app_data(ssl);
}

static int
on_psk(SSL *ssl, const unsigned char *identity, size_t size, SSL_SESSION **psk)
{
	(void)ssl;
	*psk = NULL;
	if (size == strlen(IDENTITY) && memcmp(identity, IDENTITY, size) == 0) {
		CHECK(SSL_SESSION_up_ref(psk_session) == 1);
		*psk = psk_session;
	}
	return 1;
}

static SSL_SESSION *
on_look(SSL *ssl, const unsigned char *id, int size, int *copy)
{
	struct trial *trial = trial_of(ssl);

	*copy = 0;
	if (trial->looks++ == 0) {
		CHECK(size > 0 && size <= KEY);
		memcpy(trial->first, id, (size_t)size);
		trial->first_size = (size_t)size;
	}
	return NULL;
}

/* Both readers of the hello come to the same. */
static int
on_hello(SSL *ssl, int *alert, void *arg)
{
	struct trial *trial = trial_of(ssl);
	struct session_rules rules = { .never = false };
	struct session_offer offer;
	struct session_key other;
	struct client_hello hello = hello_read(trial->message);

	(void)alert;
	(void)arg;
	session_rules_read(&rules, ssl, trial->has_psk);
	if (trial->has_psk)
		rules.psk = (struct hello_span){ (const uint8_t *)IDENTITY,
			strlen(IDENTITY) };
	CHECK(session_offer_of_ssl(&offer, ssl, false));
	trial->decided = session_offer_key(&offer, &rules, &trial->key);
	session_offer_of_hello(&offer, &hello);
	CHECK(session_offer_key(&offer, &rules, &other) == trial->decided);
	if (trial->decided)
		CHECK(other.size == trial->key.size &&
		    other.single_use == trial->key.single_use &&
		    memcmp(other.id, trial->key.id, other.size) == 0);
	return SSL_CLIENT_HELLO_SUCCESS;
}

static SSL_CTX *
make_server(bool *has_psk)
{
	static const uint64_t options[] = { SSL_OP_NO_TICKET,
		SSL_OP_NO_ANTI_REPLAY, SSL_OP_ALLOW_NO_DHE_KEX,
		SSL_OP_NO_TLSv1_3 };
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	size_t i;

	CHECK(ctx != NULL);
	for (i = 0; i < 4; i++)
		if (chance(i == 3 ? 8 : 3))
			SSL_CTX_set_options(ctx, options[i]);
	if (chance(8))
		SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	else if (chance(8))
		SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	if (chance(2))
		SSL_CTX_set_max_early_data(ctx, 1000);
	if (chance(4))
		SSL_CTX_set_security_level(ctx, (int)unit_below(&seed, 4));
	if (!chance(8)) {
		CHECK(SSL_CTX_use_certificate(ctx, certificate) == 1);
		CHECK(SSL_CTX_use_PrivateKey(ctx, private_key) == 1);
	}
	if ((*has_psk = chance(3)))
		SSL_CTX_set_psk_find_session_callback(ctx, on_psk);
	SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_get_cb(ctx, on_look);
	SSL_CTX_set_client_hello_cb(ctx, on_hello, NULL);
	return ctx;
}

static void
add_random(struct hello_message *message, size_t size)
{
	while (size-- > 0)
		hello_add_number(message, 1, unit_below(&seed, 256));
}

static void
add_head(struct hello_message *message)
{
	static const size_t sizes[] = { 0, 1, 16, 32, 32, 32 };
	size_t id_size = sizes[unit_below(&seed, 6)];

	*message = (struct hello_message){ .size = 0 };
	hello_add_number(message, 4, 0x01000000);
	hello_add_number(message, 2, chance(8) ? 0x0301 : 0x0303);
	add_random(message, 32);
	hello_add_number(message, 1, id_size);
	add_random(message, id_size);
	hello_add(message,
	    BYTES(0, 12, 0x13, 1, 0x13, 2, 0xc0, 0x2b, 0xc0, 0x2c, 0xc0, 9, 0,
		0xff));
	hello_add(message, BYTES(1, 0));
}

/* The identities and binders of pre_shared_key. */
static void
add_psks(struct hello_message *message)
{
	static const size_t sizes[] = { 1, 31, 32, 32, 32, 33, 200 };
	struct hello_message list = { .size = 0 };
	size_t count = 1 + unit_below(&seed, 3), i, size;

	hello_add_number(&list, 2, 0);
	for (i = 0; i < count; i++) {
		if (chance(8)) {
			hello_add_number(&list, 2, strlen(IDENTITY));
			hello_add(&list, IDENTITY, strlen(IDENTITY));
		} else {
			size = sizes[unit_below(&seed, 7)];
			hello_add_number(&list, 2, size);
			add_random(&list, size);
		}
		add_random(&list, 4);
	}
	hello_set_number(&list, 0, 2, list.size - 2);
	hello_add_number(&list, 2, count * 33);
	for (i = 0; i < count; i++) {
		hello_add_number(&list, 1, 32);
		add_random(&list, 32);
	}
	hello_extension(message, HELLO_PRE_SHARED_KEY, list.data, list.size);
}

static void
make_hello(struct hello_message *message)
{
	static const char *const versions[] = { "0x0304-0x0303", "0x0304",
		"0x0303", "0x0303-0x0302", "0x1a1a-0x0303-0x0304" };
	static const char *const modes[] = { "0", "1", "0-1", "1-7" };
	uint8_t ticket[200] = { 7 };

	add_head(message);
	hello_list_extension(
	    message, HELLO_SUPPORTED_GROUPS, 2, "0x0017-0x001d", 2);
	hello_list_extension(
	    message, HELLO_SIGNATURE_ALGORITHMS, 2, "0x0403-0x0804", 2);
	if (chance(2))
		hello_extension(message, HELLO_EXTENDED_MASTER_SECRET, "", 0);
	if (chance(2))
		hello_extension(message, HELLO_SESSION_TICKET, ticket,
		    chance(2) ? 0 : sizeof(ticket));
	if (!chance(4)) {
		hello_list_extension(message, HELLO_SUPPORTED_VERSIONS, 1,
		    versions[unit_below(&seed, 5)], 2);
		hello_extension(message, HELLO_KEY_SHARE, BYTES(0, 0));
	}
	if (!chance(5))
		hello_list_extension(message, HELLO_PSK_KEY_EXCHANGE_MODES, 1,
		    modes[unit_below(&seed, 4)], 1);
	if (!chance(4))
		add_psks(message);
	hello_finish(message);
}

/* Returns the reason of the error, or 0. */
static int
shake(SSL_CTX *ctx, struct trial *trial)
{
	const struct hello_message *message = trial->message;
	SSL *ssl = SSL_new(ctx);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	uint8_t header[] = { 22, 3, 1, (uint8_t)(message->size >> 8),
		(uint8_t)message->size };
	int reason;

	CHECK(ssl != NULL && in != NULL && out != NULL);
	CHECK(BIO_write(in, header, sizeof(header)) == sizeof(header));
	CHECK(BIO_write(in, message->data, (int)message->size) ==
	    (int)message->size);
	SSL_set_bio(ssl, in, out);
	SSL_set_app_data(ssl, trial);
	ERR_clear_error();
	CHECK(SSL_accept(ssl) <= 0);
	reason = ERR_GET_REASON(ERR_peek_error());
	SSL_free(ssl);
	return reason;
}

/* A server that finds no version or cipher suite looks for no session. */
static bool
failed_before(int reason)
{
	return reason == SSL_R_UNSUPPORTED_PROTOCOL ||
	    reason == SSL_R_VERSION_TOO_LOW || reason == SSL_R_NO_SHARED_CIPHER;
}

static void
test_asks_for_what_libssl_looks_for(void)
{
	struct hello_message message;
	unsigned i;

	for (i = 0; i < ROUNDS; i++) {
		struct trial trial = { .message = &message };
		SSL_CTX *ctx = make_server(&trial.has_psk);
		int reason;

		make_hello(&message);
		reason = shake(ctx, &trial);
		SSL_CTX_free(ctx);
		if (trial.decided && trial.looks == 0 && failed_before(reason))
			continue;
		CHECK(trial.decided == (trial.looks > 0));
		if (!trial.decided) {
			by_nothing++;
			continue;
		}
		CHECK(trial.key.size == trial.first_size &&
		    memcmp(trial.key.id, trial.first, trial.first_size) == 0);
		if (trial.key.size == message.data[38] &&
		    memcmp(trial.key.id, message.data + 39, trial.key.size) ==
			0)
			by_id++;
		else
			by_psk++;
	}
	CHECK(by_id > ROUNDS / 40 && by_psk > ROUNDS / 40 &&
	    by_nothing > ROUNDS / 40);
}

int
main(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	make_certificate();
	make_psk(ctx);
	UNIT_RUN(test_asks_for_what_libssl_looks_for);
	SSL_SESSION_free(psk_session);
	EVP_PKEY_free(private_key);
	X509_free(certificate);
	SSL_CTX_free(ctx);
	return unit_end();
}
