/*
 * The bytes of DTLS's cookie exchange (RFC 6347, sections 4.1, 4.2.1 and
 * 4.2.2): read a ClientHello and write a HelloVerifyRequest, without libssl and
 * without allocating memory.
 */
#ifndef DTLS_HELLO_H
#define DTLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTLS_HELLO_SEQUENCE 6 /* bytes of a record's sequence number */
/* client_version, random and session_id with its length. */
#define DTLS_HELLO_FIXED_MIN (2 + 32 + 1)
#define DTLS_HELLO_FIXED_MAX (DTLS_HELLO_FIXED_MIN + 32)
/* The headers of a record and of a handshake message. */
#define DTLS_HELLO_HEADERS (13 + 12)
/* A shorter datagram is no ClientHello. */
#define DTLS_HELLO_MIN (DTLS_HELLO_HEADERS + DTLS_HELLO_FIXED_MIN + 1)
/*
 * With a cookie of at most this size, a HelloVerifyRequest is never longer than
 * the datagram that it answers. So a sender that forges a stranger's address
 * cannot have more bytes sent to the stranger than it sends itself.
 */
#define DTLS_HELLO_COOKIE_MAX 32
#define DTLS_HELLO_VERIFY_MAX \
	(DTLS_HELLO_HEADERS + 2 + 1 + DTLS_HELLO_COOKIE_MAX)

_Static_assert(DTLS_HELLO_VERIFY_MAX <= DTLS_HELLO_MIN,
    "a HelloVerifyRequest must not be longer than a ClientHello");

/*
 * The greatest number of a ClientHello. Number 1 is the usual one that brings
 * the cookie. If the server was restarted since it sent the cookie, its
 * successor sends another one, and the client's next hello has number 2.
 */
#define DTLS_HELLO_MESSAGE_MAX 3

/* The most bytes from client_version to the end of the cookie. */
#define DTLS_HELLO_HEAD_MAX (DTLS_HELLO_FIXED_MAX + 1 + 255)

/* A fragment of a ClientHello, or all of it, in its record. */
struct dtls_hello_piece {
	uint8_t record_sequence[DTLS_HELLO_SEQUENCE];
	uint16_t record_version;
	uint16_t message_sequence;
	uint32_t message_length;
	uint32_t offset; /* in the message */
	const uint8_t *data; /* points into the datagram */
	size_t size;
};

/* The beginning of a ClientHello, put together from pieces. */
struct dtls_hello_head {
	struct dtls_hello_piece first; /* size 0: not there yet */
	uint8_t data[DTLS_HELLO_HEAD_MAX];
	bool there[DTLS_HELLO_HEAD_MAX]; /* which bytes of data are there */
};

struct dtls_hello {
	uint8_t record_sequence[DTLS_HELLO_SEQUENCE];
	uint16_t record_version, client_version;
	uint16_t
	    message_sequence; /* 0, 1 for the answer with the cookie, ... */
	uint32_t message_length;
	/* These point into the datagram, or into the head: */
	const uint8_t *fixed; /* client_version to the end of session_id */
	size_t fixed_size;
	const uint8_t *cookie;
	size_t cookie_size;
	bool whole; /* one record and one fragment hold the whole message */
};

/*
 * Returns 0 if the datagram begins with a handshake record of epoch 0, and this
 * record with the first fragment of a ClientHello, which must hold the whole
 * cookie. Otherwise returns -1, and the struct must not be used. What follows
 * the first record is not checked. libssl checks what follows the cookie, the
 * client's version, and the numbers of record and message.
 */
int dtls_hello_parse(struct dtls_hello *, const uint8_t *data, size_t size);
/* Returns 0 if the datagram begins with a piece of a ClientHello, else -1. */
int
dtls_hello_piece(struct dtls_hello_piece *, const uint8_t *data, size_t size);
/*
 * Add what the datagram has of the hello that it begins with, which may be
 * pieces in many records. The head must be zero at first. A caller that adds
 * several datagrams makes sure that they belong to one message.
 */
void
dtls_hello_head_add(struct dtls_hello_head *, const uint8_t *, size_t size);
/*
 * Returns 0 if the head reaches to the end of the cookie. The struct is then
 * filled as by dtls_hello_parse(), but the hello counts as not whole. Returns
 * -1 if something is missing, or if it is no ClientHello.
 */
int
dtls_hello_head_parse(const struct dtls_hello_head *, struct dtls_hello *hello);
/*
 * Write the record of a HelloVerifyRequest, with the record number of the
 * ClientHello (section 4.2.1), and with its message number. out has
 * DTLS_HELLO_VERIFY_MAX bytes; cookie_size is at most DTLS_HELLO_COOKIE_MAX.
 * Returns the size, which is never larger than that of the datagram that was
 * parsed.
 */
size_t dtls_hello_verify_request(const struct dtls_hello *,
    const uint8_t *cookie, size_t cookie_size, uint8_t *out);
/*
 * Write a ClientHello without a cookie that the client must have sent before:
 * the one of that message number, which is less than this one's. Each has the
 * record number before that of the next; they differ in nothing else (section
 * 4.2.1). If this hello is not whole, write one with the same beginning that
 * offers as little as possible. data: the datagram that was parsed, which out
 * must not overlap. Returns the size, or 0 if out is too small.
 */
size_t dtls_hello_without_cookie(const struct dtls_hello *, unsigned number,
    const uint8_t *data, size_t size, uint8_t *out, size_t out_size);

#endif
