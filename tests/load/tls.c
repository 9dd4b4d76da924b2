#include <err.h>
#include <stdint.h>
#include <string.h>

#include <openssl/err.h>

#include "settings.h"
#include "tls.h"

/* A ticket that only names a session is as long as a session ID. */
#define TLS_STATEFUL_TICKET_SIZE SSL_MAX_SSL_SESSION_ID_LENGTH

static int tls_identify(SSL_CTX *, const struct settings *);
static int tls_offer_protocol(SSL_CTX *, const char *);
static unsigned
tls_psk(SSL *, const char *, char *, unsigned, unsigned char *, unsigned);
static int tls_new_session(SSL *, SSL_SESSION *);

SSL_CTX *
tls_open(const struct settings *settings)
{
	SSL_CTX *ctx;

	ctx = SSL_CTX_new(
	    settings->dtls ? DTLS_client_method() : TLS_client_method());
	if (ctx == NULL) {
		warnx("SSL_CTX_new: %s", tls_reason());
		return NULL;
	}
	if (settings->version != 0) {
		SSL_CTX_set_min_proto_version(ctx, settings->version);
		SSL_CTX_set_max_proto_version(ctx, settings->version);
	}
	if (settings->resume == RESUME_ID)
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	/* The load client does not verify the server. */
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, tls_new_session);
	if (settings->status)
		SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
	/* A datagram is made again for each try to send it. */
	SSL_CTX_set_mode(ctx, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_app_data(ctx, (void *)(uintptr_t)settings);
	if (tls_identify(ctx, settings) == -1) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

const char *
tls_wrong_protocol(const SSL *ssl, const struct settings *settings)
{
	const unsigned char *chosen;
	unsigned size;

	if (settings->alpn == NULL)
		return NULL;
	SSL_get0_alpn_selected(ssl, &chosen, &size);
	return size == strlen(settings->alpn) &&
		memcmp(chosen, settings->alpn, size) == 0
	    ? NULL
	    : "the server did not choose the protocol";
}

void
tls_keep_session(SSL *ssl, SSL_SESSION **session)
{
	SSL_set_app_data(ssl, session);
}

bool
tls_offer_session(SSL *ssl, const SSL_SESSION *session)
{
	SSL_SESSION *copy = SSL_SESSION_dup(session);
	bool offered;

	offered = copy != NULL && SSL_set_session(ssl, copy) == 1;
	SSL_SESSION_free(copy);
	return offered;
}

const char *
tls_wrong_kind(const SSL_SESSION *session, const struct settings *settings)
{
	const unsigned char *ticket;
	size_t size = 0;

	SSL_SESSION_get0_ticket(session, &ticket, &size);
	switch (settings->resume) {
	case RESUME_ID:
		return size == 0 ? NULL : "a ticket came, not a session ID";
	case RESUME_TICKET:
		return size > 0 ? NULL : "a session ID came, not a ticket";
	case RESUME_TLS13:
		return size > TLS_STATEFUL_TICKET_SIZE
		    ? NULL
		    : "the ticket is a stateful one";
	case RESUME_STATEFUL:
		return size == TLS_STATEFUL_TICKET_SIZE
		    ? NULL
		    : "the ticket is not a stateful one";
	case RESUME_EARLY:
		return SSL_SESSION_get_max_early_data(session) > 0
		    ? NULL
		    : "the ticket allows no early data";
	case RESUME_NONE:
		break;
	}
	return NULL;
}

int
tls_half_hello(SSL_CTX *ctx, unsigned char *hello, size_t size)
{
	SSL *ssl = SSL_new(ctx);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	int n;

	if (ssl == NULL || in == NULL || out == NULL)
		errx(1, "out of memory");
	SSL_set_bio(ssl, in, out);
	SSL_set_connect_state(ssl);
	SSL_do_handshake(ssl);
	n = BIO_read(out, hello, (int)size);
	SSL_free(ssl);
	ERR_clear_error();
	return n <= 0 ? -1 : n / 2;
}

const char *
tls_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_get_error());

	ERR_clear_error();
	return reason == NULL ? "no reason given" : reason;
}

/* Applies the settings of the ClientHello except its versions. */
static int
tls_identify(SSL_CTX *ctx, const struct settings *settings)
{
	const char *wrong = NULL;

	if (settings->cipher != NULL &&
	    SSL_CTX_set_cipher_list(ctx, settings->cipher) != 1)
		wrong = settings->cipher;
	else if (settings->ciphersuites != NULL &&
	    SSL_CTX_set_ciphersuites(ctx, settings->ciphersuites) != 1)
		wrong = settings->ciphersuites;
	else if (settings->groups != NULL &&
	    SSL_CTX_set1_groups_list(ctx, settings->groups) != 1)
		wrong = settings->groups;
	else if (settings->cert != NULL &&
	    SSL_CTX_use_certificate_chain_file(ctx, settings->cert) != 1)
		wrong = settings->cert;
	else if (settings->key != NULL &&
	    SSL_CTX_use_PrivateKey_file(ctx, settings->key, SSL_FILETYPE_PEM) !=
		1)
		wrong = settings->key;
	else if (settings->alpn != NULL &&
	    tls_offer_protocol(ctx, settings->alpn) == -1)
		wrong = settings->alpn;
	if (wrong != NULL) {
		warnx("%s: %s", wrong, tls_reason());
		return -1;
	}
	if (settings->psk != NULL)
		SSL_CTX_set_psk_client_callback(ctx, tls_psk);
	return 0;
}

static int
tls_offer_protocol(SSL_CTX *ctx, const char *name)
{
	unsigned char list[1 + UINT8_MAX];
	size_t size = strlen(name);

	if (size > UINT8_MAX)
		return -1;
	list[0] = (unsigned char)size;
	memcpy(list + 1, name, size);
	return SSL_CTX_set_alpn_protos(ctx, list, 1 + (unsigned)size) == 0 ? 0
									   : -1;
}

static unsigned
tls_psk(SSL *ssl, const char *hint, char *identity, unsigned identity_size,
    unsigned char *key, unsigned key_size)
{
	const struct settings *settings =
	    SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	size_t size;

	(void)hint;
	if (strlcpy(identity, "Client_identity", identity_size) >=
		identity_size ||
	    OPENSSL_hexstr2buf_ex(key, key_size, &size, settings->psk, '\0') !=
		1)
		return 0;
	return (unsigned)size;
}

static int
tls_new_session(SSL *ssl, SSL_SESSION *session)
{
	SSL_SESSION **kept = SSL_get_app_data(ssl);

	if (kept == NULL)
		return 0;
	SSL_SESSION_free(*kept);
	*kept = session;
	return 1;
}
