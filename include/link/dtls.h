/*
 * What libssl has to be told and asked for DTLS alone: cookies, the path's MTU
 * and the retransmission of what the peer does not answer (RFC 6347, section
 * 4.2.4). The owner of the link waits for the times.
 */
#ifndef DTLS_H
#define DTLS_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "link/link.h"
#include "tls/dtls_cookie.h"

/* Of a link over datagrams; its owner provides it. */
struct dtls {
	uint8_t cookie[DTLS_COOKIE_SIZE]; /* with which the peer was accepted */
	bool buffers_gone; /* libssl's, see below */
};

/* Cookies are those that connections were accepted with. */
void dtls_install(SSL_CTX *);
/* For link.c: a new SSL. */
void dtls_prepare(struct link *);
/*
 * -listen: the cookie exchange by DTLSv1_listen, as the stock program has it.
 * As the true one is over, it does not wait.
 */
enum link_result dtls_listen_step(struct link *);
/* Until a retransmission is due; -1: none is. */
int64_t dtls_timeout_ms(SSL *);
/*
 * It may be due: queue it. Returns 1: it was; 0: it was not; -1: the peer has
 * not answered for too long, and the error queue tells so.
 */
int dtls_retransmit(SSL *);
/*
 * A datagram with a record too short to be one of the association's: forged,
 * and to be dropped (RFC 6347, section 4.1.2.7), while libssl would end the
 * association for it.
 */
bool dtls_is_too_short(SSL *, const uint8_t *, size_t size);
/*
 * libssl keeps two buffers of a record each, most of the memory of a peer that
 * just holds its connection. Unlike for TLS it must have them again before it
 * is asked to write. Nothing is done for TLS.
 */
void dtls_give_buffers_back(struct link *);
void dtls_take_buffers(struct link *);
/* After the shutdown: drop what comes. True: the peer has said goodbye. */
bool dtls_discard(struct link *);

#endif
