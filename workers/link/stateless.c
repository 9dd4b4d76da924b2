#include <sys/socket.h>

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/tls_hello.h"
#include "connection/connection_state.h"
#include "link/stateless.h"
#include "shared/shared.h"
#include "tls/cookie.h"
#include "worker.h"

/* A ClientHello is shorter. What is longer is not waited for. */
#define STATELESS_PEEK_MAX (32 * 1024)

static int stateless_generate(SSL *, unsigned char *, size_t *);
static int stateless_verify(SSL *, const unsigned char *, size_t);
static bool stateless_make(SSL *, unsigned char *);
static bool stateless_may_read(const struct connection *);
static enum handshake_result stateless_stuck(struct connection *, int, size_t);

int
stateless_open(struct worker *worker)
{
	const struct worker_setup *setup = worker->setup;
	const struct shared_board *board = setup->shared->board;

	worker->cookies.mac = NULL;
	if (!setup->config->stateless)
		return 0;
	return cookie_maker_open(&worker->cookies, board->cookie_secret,
	    sizeof(board->cookie_secret));
}

void
stateless_install(SSL_CTX *ctx)
{
	SSL_CTX_set_stateless_cookie_generate_cb(ctx, stateless_generate);
	SSL_CTX_set_stateless_cookie_verify_cb(ctx, stateless_verify);
}

enum handshake_result
stateless_step(struct connection *connection)
{
	size_t unsent;
	int result;

	/* It does not stop on the way: what it needs has to be there before. */
	if (status_pending(connection))
		return HANDSHAKE_SUSPENDED;
	if (!stateless_may_read(connection))
		return HANDSHAKE_WAIT;
	unsent = handshake_before(connection);
	result = SSL_stateless(connection->ssl);
	if (result > 0)
		return HANDSHAKE_DONE;
	if (result < 0)
		return stateless_stuck(connection, result, unsent);
	/* The cookie is sent; what comes next begins anew, and counts anew. */
	connection->cookie_sent = true;
	connection->counted = false;
	if (connection->handler->delayed != NULL)
		connection->handler->delayed(connection);
	return HANDSHAKE_AGAIN;
}

/*
 * libssl forgets a part of a ClientHello when it is asked again. At the end of
 * what the peer sends there is no more to wait for.
 */
static bool
stateless_may_read(const struct connection *connection)
{
	const struct transport *transport = &connection->transport;
	uint8_t data[STATELESS_PEEK_MAX];
	ssize_t n;

	if (transport->hung_up)
		return true;
	n = recv(transport->fd, data, sizeof(data), MSG_PEEK | MSG_DONTWAIT);
	return n >= 0 &&
	    ((size_t)n == sizeof(data) || tls_hello_is_whole(data, (size_t)n));
}

/*
 * Between a client's two ClientHellos comes a ChangeCipherSpec for the sake of
 * middleboxes (RFC 8446, appendix D.4), which libssl drops, saying that it
 * failed; the stock program believes it.
 */
static enum handshake_result
stateless_stuck(struct connection *connection, int result, size_t unsent)
{
	SSL *ssl = connection->ssl;
	bool dropped = connection->cookie_sent && ERR_peek_error() == 0 &&
	    SSL_want_nothing(ssl) && !connection->transport.at_eof;

	connection->cookie_sent = false;
	if (dropped)
		return HANDSHAKE_AGAIN;
	if (SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ &&
	    SSL_version(ssl) < TLS1_3_VERSION) {
		connection->phase = PHASE_IN_VAIN;
		return HANDSHAKE_WAIT;
	}
	/* Anew, it would not find what it has read. */
	if (handshake_stuck(connection, result, unsent) != HANDSHAKE_FAILED)
		worker_count(connection->worker, STAT_FAILED_OTHER);
	return HANDSHAKE_FAILED;
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
	struct connection *connection = SSL_get_app_data(ssl);

	return cookie_make(&connection->worker->cookies, COOKIE_STATELESS,
	    &connection->peer, NULL, 0, cookie);
}
