#include <sys/time.h>

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/services.h"
#include "base/ssl_slot.h"
#include "config/config.h"
#include "foundation/log.h"
#include "link/dtls.h"
#include "link/stream.h"
#include "net/datagram_socket.h"

/* RFC 6347, section 4.1 */
#define DTLS_RECORD_HEADER 13
#define DTLS_EPOCH_AT	   3

static size_t dtls_least_protected(SSL *);
static int dtls_give_cookie(SSL *, unsigned char *, unsigned *);
static int dtls_know_cookie(SSL *, const unsigned char *, unsigned);

static int dtls_slot = -1; /* of a struct dtls */

void
dtls_install(SSL_CTX *ctx)
{
	ssl_slot_open(&dtls_slot);
	SSL_CTX_set_cookie_generate_cb(ctx, dtls_give_cookie);
	SSL_CTX_set_cookie_verify_cb(ctx, dtls_know_cookie);
}

void
dtls_prepare(struct link *link)
{
	const struct config *config = link->services->config;
	SSL *ssl = link->ssl;

	ssl_slot_set(ssl, dtls_slot, link->dtls);
	SSL_set_options(ssl, SSL_OP_COOKIE_EXCHANGE);
	if (config->mtu == 0)
		return;
	SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
	DTLS_set_link_mtu(ssl, config->mtu);
}

enum link_result
dtls_listen_step(struct link *link)
{
	size_t unsent = handshake_before(link);
	BIO_ADDR *peer = BIO_ADDR_new();
	int result = DTLSv1_listen(link->ssl, peer);

	BIO_ADDR_free(peer);
	return result > 0 ? LINK_DONE : handshake_stuck(link, result, unsent);
}

int64_t
dtls_timeout_ms(SSL *ssl)
{
	struct timeval left;

	if (DTLSv1_get_timeout(ssl, &left) != 1)
		return -1;
	/* Rounded up, because at an earlier time nothing is due yet. */
	return left.tv_sec * INT64_C(1000) + left.tv_usec / 1000 + 1;
}

int
dtls_retransmit(SSL *ssl)
{
	return (int)DTLSv1_handle_timeout(ssl);
}

bool
dtls_is_too_short(SSL *ssl, const uint8_t *data, size_t size)
{
	size_t length, least = dtls_least_protected(ssl);

	while (size >= DTLS_RECORD_HEADER) {
		length = (size_t)data[DTLS_RECORD_HEADER - 2] << 8 |
		    data[DTLS_RECORD_HEADER - 1];
		if (length < least &&
		    (data[DTLS_EPOCH_AT] | data[DTLS_EPOCH_AT + 1]) != 0)
			return true;
		length += DTLS_RECORD_HEADER;
		if (length > size)
			break;
		data += length;
		size -= length;
	}
	return false;
}

void
dtls_give_buffers_back(struct link *link)
{
	if (link->dtls != NULL && !SSL_in_init(link->ssl) &&
	    SSL_free_buffers(link->ssl))
		link->dtls->buffers_gone = true;
}

void
dtls_take_buffers(struct link *link)
{
	if (link->dtls == NULL || !link->dtls->buffers_gone)
		return;
	if (SSL_alloc_buffers(link->ssl) != 1)
		fatalx("out of memory");
	link->dtls->buffers_gone = false;
}

bool
dtls_discard(struct link *link)
{
	struct transport *transport = &link->transport;
	uint8_t dropped[STREAM_RECORD];
	int budget = TRANSPORT_DISCARDS;

	/* SSL_read drops nothing after an error, nor during a handshake. */
	if (SSL_in_init(link->ssl))
		datagram_socket_discard(transport);
	else
		while (budget-- > 0 &&
		    SSL_read(link->ssl, dropped, sizeof(dropped)) > 0)
			;
	ERR_clear_error();
	return (SSL_get_shutdown(link->ssl) & SSL_RECEIVED_SHUTDOWN) ||
	    transport->read_error != 0 || transport->write_error != 0;
}

/*
 * Returns how many bytes an AEAD cipher adds to a record: its tag and, except
 * for ChaCha20, an explicit nonce (RFC 5288, 6655 and 7905). Returns 0 for
 * other ciphers, where libssl drops records that are too short.
 */
static size_t
dtls_least_protected(SSL *ssl)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
	const size_t nonce = 8, tag = 16, short_tag = 8;

	if (cipher == NULL)
		cipher = SSL_get_pending_cipher(ssl);
	if (cipher == NULL || !SSL_CIPHER_is_aead(cipher))
		return 0;
	switch (SSL_CIPHER_get_cipher_nid(cipher)) {
	case NID_chacha20_poly1305:
		return tag;
	case NID_aes_128_ccm:
	case NID_aes_256_ccm:
		/* The tag may be the short one. */
		return nonce + short_tag;
	default:
		return nonce + tag;
	}
}

static int
dtls_give_cookie(SSL *ssl, unsigned char *cookie, unsigned *size)
{
	const struct dtls *dtls = SSL_get_ex_data(ssl, dtls_slot);

	memcpy(cookie, dtls->cookie, sizeof(dtls->cookie));
	*size = sizeof(dtls->cookie);
	return 1;
}

static int
dtls_know_cookie(SSL *ssl, const unsigned char *cookie, unsigned size)
{
	const struct dtls *dtls = SSL_get_ex_data(ssl, dtls_slot);

	return size == sizeof(dtls->cookie) &&
	    CRYPTO_memcmp(cookie, dtls->cookie, size) == 0;
}
