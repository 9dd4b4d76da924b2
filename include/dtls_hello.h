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

struct dtls_hello {
	uint8_t record_sequence[DTLS_HELLO_SEQUENCE];
	uint16_t record_version, client_version;
	uint16_t message_sequence; /* 0, or 1 when the cookie is answered */
	/* Point into the datagram: */
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
 * The record of a HelloVerifyRequest with the record number of the ClientHello
 * (section 4.2.1), into DTLS_HELLO_VERIFY_MAX bytes. cookie_size: at most
 * DTLS_HELLO_COOKIE_MAX. Returns the size, which is never more than that of the
 * datagram that was parsed.
 */
size_t dtls_hello_verify_request(const struct dtls_hello *,
    const uint8_t *cookie, size_t cookie_size, uint8_t *out);
/*
 * From what was parsed, the record with which the client came first, before it
 * had a cookie; the two differ in nothing else (section 4.2.1). If the message
 * is not whole: a ClientHello with the same beginning that offers as little as
 * can be. out: not in data. Returns the size; 0: it does not fit.
 */
size_t dtls_hello_without_cookie(const struct dtls_hello *, const uint8_t *data,
    size_t size, uint8_t *out, size_t out_size);

#endif
