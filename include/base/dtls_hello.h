/*
 * The bytes of DTLS's cookie exchange (RFC 6347, sections 4.1, 4.2.1 and
 * 4.2.2): a ClientHello is looked at, and a HelloVerifyRequest written,
 * without libssl and out of no memory.
 */
#ifndef DTLS_HELLO_H
#define DTLS_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DTLS_HELLO_SEQUENCE 6 /* bytes of a record's sequence number */
/* Of client_version, random and session_id with its length. */
#define DTLS_HELLO_FIXED_MIN (2 + 32 + 1)
#define DTLS_HELLO_FIXED_MAX (DTLS_HELLO_FIXED_MIN + 32)
/* Of the headers of a record and of a handshake message. */
#define DTLS_HELLO_HEADERS (13 + 12)
/* The shortest datagram that is taken for a ClientHello. */
#define DTLS_HELLO_MIN (DTLS_HELLO_HEADERS + DTLS_HELLO_FIXED_MIN + 1)
/*
 * The largest cookie for which a HelloVerifyRequest is no longer than what it
 * answers, whatever that was: who sends under a stranger's address gets no
 * more sent there than he sends himself.
 */
#define DTLS_HELLO_COOKIE_MAX 32
#define DTLS_HELLO_VERIFY_MAX \
	(DTLS_HELLO_HEADERS + 2 + 1 + DTLS_HELLO_COOKIE_MAX)

_Static_assert(DTLS_HELLO_VERIFY_MAX <= DTLS_HELLO_MIN,
    "a HelloVerifyRequest must not be longer than a ClientHello");

/* The most that can stand before the end of the cookie. */
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
	struct dtls_hello_piece first; /* size 0: it is not there */
	uint8_t data[DTLS_HELLO_HEAD_MAX];
	bool there[DTLS_HELLO_HEAD_MAX]; /* a byte of data */
};

struct dtls_hello {
	uint8_t record_sequence[DTLS_HELLO_SEQUENCE];
	uint16_t record_version, client_version;
	uint16_t message_sequence; /* 0, or 1 when the cookie is answered */
	uint32_t message_length;
	/* Point into the datagram, or the head: */
	const uint8_t *fixed; /* client_version to the end of session_id */
	size_t fixed_size;
	const uint8_t *cookie;
	size_t cookie_size;
	bool whole; /* one record and one fragment hold the whole message */
};

/*
 * 0: the datagram begins with a handshake record of epoch 0, this one with the
 * first fragment of a ClientHello, and that holds all through the cookie.
 * -1: it is anything else, and the struct is not to be used. What follows the
 * first record is not looked at; what follows the cookie is for libssl to
 * judge, as are the client's version and the numbers of record and message.
 */
int dtls_hello_parse(struct dtls_hello *, const uint8_t *data, size_t size);
/*
 * 0: the datagram begins with a piece of a ClientHello; -1: with anything else.
 */
int
dtls_hello_piece(struct dtls_hello_piece *, const uint8_t *data, size_t size);
/*
 * Adds what a datagram holds of the hello that it begins with, which may be
 * pieces in many records. The head is zero at first; whoever adds several
 * datagrams sees to it that they are of one message.
 */
void
dtls_hello_head_add(struct dtls_hello_head *, const uint8_t *, size_t size);
/*
 * 0: the head reaches through the cookie, and the struct is as
 * dtls_hello_parse() would fill it, but for what follows the cookie: the hello
 * is not whole. -1: something is missing, or it is no ClientHello.
 */
int
dtls_hello_head_parse(const struct dtls_hello_head *, struct dtls_hello *hello);
/*
 * The record of a HelloVerifyRequest with the record number of the ClientHello
 * (section 4.2.1), into DTLS_HELLO_VERIFY_MAX bytes. cookie_size: at most
 * DTLS_HELLO_COOKIE_MAX. Returns the size, which is never more than that of the
 * datagram that was parsed.
 */
size_t dtls_hello_verify_request(const struct dtls_hello *,
    const uint8_t *cookie, size_t cookie_size, uint8_t *out);
/*
 * From what was parsed, the record with which the client came first, before it
 * had a cookie, with the number before; the two differ in nothing else (section
 * 4.2.1). If the message
 * is not whole: a ClientHello with the same beginning that offers as little as
 * can be. out: not in data. Returns the size; 0: it does not fit.
 */
size_t dtls_hello_without_cookie(const struct dtls_hello *, const uint8_t *data,
    size_t size, uint8_t *out, size_t out_size);

#endif
