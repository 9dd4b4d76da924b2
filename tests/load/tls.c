#include <err.h>
#include <string.h>

#include <openssl/err.h>

#include "settings.h"
#include "tls.h"

/* A ticket that only names a session on the server is as long as its ID. */
#define TLS_STATEFUL_TICKET_SIZE SSL_MAX_SSL_SESSION_ID_LENGTH

static int tls_new_session(SSL *, SSL_SESSION *);

SSL_CTX *
tls_open(const struct settings *settings)
{
	SSL_CTX *ctx;

	if ((ctx = SSL_CTX_new(TLS_client_method())) == NULL) {
		warnx("SSL_CTX_new: %s", tls_reason());
		return NULL;
	}
	if (settings->version != 0) {
		SSL_CTX_set_min_proto_version(ctx, settings->version);
		SSL_CTX_set_max_proto_version(ctx, settings->version);
	}
	if (settings->resume == RESUME_ID)
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	/* Load is the subject here, not whom the server may be. */
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(
	    ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, tls_new_session);
	if (settings->status)
		SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
	return ctx;
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
