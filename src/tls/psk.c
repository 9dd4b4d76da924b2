#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/file_limit.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/base/tls_error.h"
#include "tls/psk.h"

/* TLS_AES_128_GCM_SHA256: a key without a session has the hash SHA-256. */
static const unsigned char psk_suite[] = { 0x13, 0x01 };

static bool psk_attach(struct psk *, SSL_CTX *);
static bool psk_say_hint(const struct config *, SSL_CTX *);
static bool psk_make_session(struct psk *, SSL_CTX *);
static SSL_SESSION *psk_read_session(const char *);
static SSL_SESSION *psk_wrap_key(const struct psk *, SSL_CTX *);
static unsigned psk_serve(SSL *, const char *, unsigned char *, unsigned);
static void psk_meet(const struct psk *, const char *);
static void psk_debug(const struct psk *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
static int psk_find(SSL *, const unsigned char *, size_t, SSL_SESSION **);
static struct psk *psk_of(const SSL *);

/*
 * Indexes of our ex_data: an SSL_CTX has its struct psk, an SSL has a pointer
 * that is not NULL if the key was used.
 */
static int psk_ctx_index = -1;
static int psk_ssl_index = -1;

int
psk_open(struct psk *psk, const struct config *config)
{
	size_t digits;
	long size;

	psk->config = config;
	if (config->psk == NULL)
		return 0;
	digits = strlen(config->psk);
	if (digits == 0 || digits % 2 != 0) {
		log_warnx("-psk: %s",
		    digits == 0 ? "an empty key"
				: "an odd number of hexadecimal digits");
		return -1;
	}
	if (digits / 2 > PSK_MAX_PSK_LEN) {
		log_warnx("-psk: longer than %d bytes", PSK_MAX_PSK_LEN);
		return -1;
	}
	if ((psk->key = OPENSSL_hexstr2buf(config->psk, &size)) == NULL) {
		tls_error_say("s_server: -psk: cannot be read");
		return -1;
	}
	psk->size = (size_t)size;
	return 0;
}

void
psk_close(struct psk *psk)
{
	OPENSSL_clear_free(psk->key, psk->size);
	SSL_SESSION_free(psk->session);
}

int
psk_install(struct psk *psk, SSL_CTX *ctx, SSL_CTX *second)
{
	if (!psk_attach(psk, ctx) ||
	    (second != NULL && !psk_attach(psk, second)))
		return -1;
	if (psk->key != NULL) {
		psk_debug(psk, "PSK key given, setting server callback\n");
		SSL_CTX_set_psk_server_callback(ctx, psk_serve);
	}
	if (!psk_say_hint(psk->config, ctx) || !psk_make_session(psk, ctx))
		return -1;
	if (psk->session != NULL)
		SSL_CTX_set_psk_find_session_callback(ctx, psk_find);
	return 0;
}

bool
psk_was_found(const SSL *ssl)
{
	return psk_ssl_index != -1 &&
	    SSL_get_ex_data(ssl, psk_ssl_index) != NULL;
}

/* Each context needs the pointer, since SNI may change the context. */
static bool
psk_attach(struct psk *psk, SSL_CTX *ctx)
{
	if (psk_ctx_index == -1)
		psk_ctx_index =
		    SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (psk_ssl_index == -1)
		psk_ssl_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (psk_ctx_index != -1 && psk_ssl_index != -1 &&
	    SSL_CTX_set_ex_data(ctx, psk_ctx_index, psk) == 1)
		return true;
	tls_error_print();
	return false;
}

static bool
psk_say_hint(const struct config *config, SSL_CTX *ctx)
{
	if (config->psk_hint == NULL)
		return true;
	if (config->min_version == TLS1_3_VERSION) {
		text_printf(TEXT_OUT,
		    "PSK warning: there is NO identity hint in TLSv1.3\n");
		return true;
	}
	ERR_clear_error();
	if (SSL_CTX_use_psk_identity_hint(ctx, config->psk_hint) == 1)
		return true;
	tls_error_say("error setting PSK identity hint to context");
	return false;
}

/* The session of -psk_session is preferred to the key of -psk. */
static bool
psk_make_session(struct psk *psk, SSL_CTX *ctx)
{
	ERR_clear_error();
	if (psk->config->psk_session != NULL)
		psk->session = psk_read_session(psk->config->psk_session);
	else if (psk->key != NULL)
		psk->session = psk_wrap_key(psk, ctx);
	else
		return true;
	return psk->session != NULL;
}

static SSL_SESSION *
psk_read_session(const char *path)
{
	SSL_SESSION *session;
	BIO *bio;

	if (file_limit_check(path) == -1)
		return NULL;
	if ((bio = BIO_new_file(path, "r")) == NULL) {
		tls_error_say("Can't open PSK session file %s", path);
		return NULL;
	}
	session = PEM_read_bio_SSL_SESSION(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (session == NULL) {
		tls_error_say("Can't read PSK session file %s", path);
		return NULL;
	}
	if (SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION)
		return session;
	log_warnx("-psk_session %s: not a session of TLS 1.3", path);
	SSL_SESSION_free(session);
	return NULL;
}

/* NULL: failed (reported). */
static SSL_SESSION *
psk_wrap_key(const struct psk *psk, SSL_CTX *ctx)
{
	SSL_SESSION *session = SSL_SESSION_new();
	SSL *ssl = SSL_new(ctx);
	const SSL_CIPHER *suite = NULL;

	if (ssl != NULL)
		suite = SSL_CIPHER_find(ssl, psk_suite);
	SSL_free(ssl);
	if (session != NULL && suite != NULL &&
	    SSL_SESSION_set1_master_key(session, psk->key, psk->size) == 1 &&
	    SSL_SESSION_set_cipher(session, suite) == 1 &&
	    SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1)
		return session;
	SSL_SESSION_free(session);
	tls_error_say("s_server: -psk: no PSK for TLS 1.3");
	return NULL;
}

/* Up to TLS 1.2. Another identity gets a warning and the same key. */
static unsigned
psk_serve(SSL *ssl, const char *identity, unsigned char *key, unsigned size)
{
	const struct psk *psk = psk_of(ssl);

	psk_debug(psk, "psk_server_cb\n");
	if (SSL_version(ssl) == TLS1_3_VERSION)
		return 0;
	psk_meet(psk, identity);
	if (psk->size > size)
		return 0;
	memcpy(key, psk->key, psk->size);
	psk_debug(psk, "fetched PSK len=%zu\n", psk->size);
	return (unsigned)psk->size;
}

static void
psk_meet(const struct psk *psk, const char *identity)
{
	const char *expected = psk->config->psk_identity, *shown;
	struct textbuf escaped;

	textbuf_init(&escaped);
	shown = escape_string(&escaped, identity);
	psk_debug(
	    psk, "identity_len=%zu identity=%s\n", strlen(identity), shown);
	if (strcmp(identity, expected) == 0)
		psk_debug(psk, "PSK client identity found\n");
	else
		text_printf(TEXT_OUT,
		    "PSK warning: client identity not what we expected "
		    "(got '%s' expected '%s')\n",
		    shown, expected);
	textbuf_free(&escaped);
}

/* Prints only with -debug. */
static void
psk_debug(const struct psk *psk, const char *fmt, ...)
{
	va_list ap;

	if (!psk->config->debug)
		return;
	va_start(ap, fmt);
	text_vprintf(TEXT_OUT, fmt, ap);
	va_end(ap);
}

/*
 * For TLS 1.3. libssl calls this for each identity that the client offers,
 * including tickets, until one is good. It works on copies of the session.
 */
static int
psk_find(
    SSL *ssl, const unsigned char *identity, size_t size, SSL_SESSION **session)
{
	struct psk *psk = psk_of(ssl);
	const char *expected = psk->config->psk_identity;
	bool found =
	    strlen(expected) == size && memcmp(expected, identity, size) == 0;

	*session = NULL;
	if (found && SSL_SESSION_up_ref(psk->session) == 1)
		*session = psk->session;
	return SSL_set_ex_data(
	    ssl, psk_ssl_index, *session != NULL ? psk : NULL);
}

static struct psk *
psk_of(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), psk_ctx_index);
}
