#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/services.h"
#include "base/ssl_slot.h"
#include "base/tls_hello.h"
#include "config/config.h"
#include "link/link.h"
#include "link/stateless.h"
#include "tls/cookie.h"

/* A ClientHello is shorter. The end of anything longer is not waited for. */
#define STATELESS_PEEK_MAX (32 * 1024)

static int stateless_generate(SSL *, unsigned char *, size_t *);
static int stateless_verify(SSL *, const unsigned char *, size_t);
static bool stateless_make(SSL *, unsigned char *);
static bool stateless_may_read(const struct link *);
static enum link_result stateless_stuck(struct link *, int, size_t);

static int stateless_slot = -1; /* of a struct stateless */

void
stateless_install(SSL_CTX *ctx)
{
	ssl_slot_open(&stateless_slot);
	SSL_CTX_set_stateless_cookie_generate_cb(ctx, stateless_generate);
	SSL_CTX_set_stateless_cookie_verify_cb(ctx, stateless_verify);
}

void
stateless_attach(struct stateless *stateless, SSL *ssl,
    const struct services *services, const struct sockaddr_storage *peer)
{
	if (!services->config->stateless)
		return;
	stateless->maker = services->cookies;
	stateless->peer = peer;
	ssl_slot_set(ssl, stateless_slot, stateless);
}

enum link_result
stateless_step(struct link *link)
{
	size_t unsent;
	int result;

	/* SSL_stateless cannot wait, so all it needs must be there. */
	if (stapling_pending(&link->shake.stapling))
		return LINK_SUSPENDED;
	if (!stateless_may_read(link))
		return LINK_WAIT;
	unsent = handshake_before(link);
	result = SSL_stateless(link->ssl);
	if (result > 0)
		return LINK_DONE;
	if (result < 0)
		return stateless_stuck(link, result, unsent);
	/* The cookie is sent. What comes next counts as a new handshake. */
	link->shake.stateless.cookie_sent = true;
	outcome_begin_anew(&link->outcome);
	return LINK_AGAIN;
}

/*
 * Returns true if a whole ClientHello is there: libssl forgets a part of one
 * when it is called again. At the end of what the peer sends there is nothing
 * more to wait for.
 */
static bool
stateless_may_read(const struct link *link)
{
	const struct transport *transport = &link->transport;
	uint8_t data[STATELESS_PEEK_MAX];
	ssize_t n;

	if (transport->hung_up)
		return true;
	n = recv(transport->fd, data, sizeof(data), MSG_PEEK | MSG_DONTWAIT);
	return n >= 0 &&
	    ((size_t)n == sizeof(data) || tls_hello_is_whole(data, (size_t)n));
}

/*
 * Between its two ClientHellos a client sends a ChangeCipherSpec for the sake
 * of middleboxes (RFC 8446, appendix D.4). libssl drops it, but SSL_stateless
 * returns a failure; the stock program believes that.
 */
static enum link_result
stateless_stuck(struct link *link, int result, size_t unsent)
{
	SSL *ssl = link->ssl;
	bool dropped = link->shake.stateless.cookie_sent &&
	    ERR_peek_error() == 0 && SSL_want_nothing(ssl) &&
	    !link->transport.at_eof;

	link->shake.stateless.cookie_sent = false;
	if (dropped)
		return LINK_AGAIN;
	if (SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ &&
	    SSL_version(ssl) < TLS1_3_VERSION) {
		handshake_begin(link, PHASE_IN_VAIN);
		return LINK_WAIT;
	}
	/* Do not call again: libssl has forgotten what it has read. */
	if (handshake_stuck(link, result, unsent) != LINK_FAILED)
		handshake_fail(link, STAT_FAILED_OTHER);
	return LINK_FAILED;
}

static int
stateless_generate(SSL *ssl, unsigned char *cookie, size_t *size)
{
	*size = COOKIE_SIZE;
	return stateless_make(ssl, cookie);
}

static int
stateless_verify(SSL *ssl, const unsigned char *cookie, size_t size)
{
	unsigned char expected[COOKIE_SIZE];

	return size == sizeof(expected) && stateless_make(ssl, expected) &&
	    CRYPTO_memcmp(cookie, expected, sizeof(expected)) == 0;
}

static bool
stateless_make(SSL *ssl, unsigned char *cookie)
{
	const struct stateless *stateless =
	    SSL_get_ex_data(ssl, stateless_slot);

	return cookie_make(stateless->maker, COOKIE_STATELESS, stateless->peer,
	    NULL, 0, cookie);
}
