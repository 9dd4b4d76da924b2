/*
 * What only DTLS needs of libssl: cookies, the MTU of the path, and
 * retransmissions when the peer does not answer (RFC 6347, section 4.2.4). The
 * owner of the link sets the timers.
 */
#ifndef DTLS_H
#define DTLS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "link/link.h"
#include "tls/dtls_cookie.h"

/* The part of a link over datagrams; the owner of the link provides it. */
struct dtls {
	uint8_t cookie[DTLS_COOKIE_SIZE]; /* with which the peer was accepted */
	bool buffers_gone; /* dtls_give_buffers_back freed them */
};

/*
 * Set the callbacks for cookies. Each connection has the cookie that it was
 * accepted with.
 */
void dtls_install(SSL_CTX *);
/* Called by link_open for a new SSL. */
void dtls_prepare(struct link *);
/*
 * -listen: call DTLSv1_listen for the cookie exchange, as the stock program
 * does. The acceptor has done the real exchange before, so this does not wait.
 */
enum link_result dtls_listen_step(struct link *);
/* Returns the time until a retransmission is due, or -1 if none will be. */
int64_t dtls_timeout_ms(SSL *);
/*
 * Queue a retransmission if it is due. Returns 1 if one was queued, 0 if none
 * was due, and -1 if the peer has not answered for too long (then the error
 * queue has the error).
 */
int dtls_retransmit(SSL *);
/*
 * Returns true for a datagram with a record that is too short to be the
 * association's. It is forged and must be dropped (RFC 6347, section 4.1.2.7);
 * libssl would end the association for it.
 */
bool dtls_is_too_short(SSL *, const uint8_t *, size_t size);
/*
 * libssl has two buffers, of a record each: most of the memory of a peer that
 * is idle. They are freed while nothing happens. Unlike for TLS, libssl must
 * have them again before it is asked to write. Both functions do nothing for
 * TLS.
 */
void dtls_give_buffers_back(struct link *);
void dtls_take_buffers(struct link *);
/*
 * After the shutdown: drop what comes. Returns true if the peer has said
 * goodbye, or if the socket failed.
 */
bool dtls_discard(struct link *);

#endif
