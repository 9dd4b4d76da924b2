#include <string.h>

#include "base/dtls_hello.h"

/* The major version of DTLS 1.0 and of all later versions. */
#define VERSION_MAJOR	 0xfe
#define VERSION_DTLS_1_0 0xfeff

#define RECORD_HEADER	 13
#define RECORD_HANDSHAKE 22
#define RECORD_MAX	 (1 << 14) /* bytes, without encryption */
#define RECORD_WINDOW	 64 /* record numbers that libssl remembers */
#define MESSAGE_HEADER	 (DTLS_HELLO_HEADERS - RECORD_HEADER)
#define RANDOM_SIZE	 32
#define SESSION_ID_MAX	 32

enum { CLIENT_HELLO = 1, HELLO_VERIFY_REQUEST = 3 };

/* Bytes that are still to be read or written. */
struct span {
	const uint8_t *at;
	size_t size;
};

static int hello_record(struct dtls_hello_piece *, struct span *);
static int hello_message(struct dtls_hello_piece *, struct span *);
static bool
hello_next_piece(struct dtls_hello_piece *, struct span *, struct span *);
static int
hello_of(struct dtls_hello *, const struct dtls_hello_piece *, struct span);
static void
hello_head_put(struct dtls_hello_head *, const struct dtls_hello_piece *);
static void hello_number_before(uint8_t *);
static uint8_t *
hello_write_headers(uint8_t *, const struct dtls_hello *, unsigned, size_t);
static uint32_t get16(const uint8_t *);
static uint32_t get24(const uint8_t *);
static uint8_t *put16(uint8_t *, size_t);
static uint8_t *put24(uint8_t *, size_t);
static uint8_t *put_bytes(uint8_t *, const void *, size_t);

int
dtls_hello_parse(struct dtls_hello *hello, const uint8_t *data, size_t size)
{
	struct dtls_hello_piece piece;

	if (dtls_hello_piece(&piece, data, size) == -1 || piece.offset != 0)
		return -1;
	return hello_of(hello, &piece, (struct span){ piece.data, piece.size });
}

int
dtls_hello_piece(
    struct dtls_hello_piece *piece, const uint8_t *data, size_t size)
{
	struct span rest = { data, size };

	if (hello_record(piece, &rest) == -1)
		return -1;
	return hello_message(piece, &rest);
}

void
dtls_hello_head_add(
    struct dtls_hello_head *head, const uint8_t *data, size_t size)
{
	struct span rest = { data, size }, record = { data, 0 };
	struct dtls_hello_piece begin, piece;

	if (dtls_hello_piece(&begin, data, size) == -1)
		return;
	while (hello_next_piece(&piece, &rest, &record) &&
	    piece.message_sequence == begin.message_sequence &&
	    piece.message_length == begin.message_length)
		hello_head_put(head, &piece);
}

int
dtls_hello_head_parse(
    const struct dtls_hello_head *head, struct dtls_hello *hello)
{
	struct span rest = { head->data, 0 };

	while (rest.size < sizeof(head->data) && head->there[rest.size])
		rest.size++;
	if (head->first.size == 0 || hello_of(hello, &head->first, rest) == -1)
		return -1;
	hello->whole = false;
	return 0;
}

/*
 * Both version fields say DTLS 1.0, whatever the client offers: libssl's server
 * writes the same, because it has not chosen a version yet.
 */
size_t
dtls_hello_verify_request(const struct dtls_hello *hello, const uint8_t *cookie,
    size_t cookie_size, uint8_t *out)
{
	struct dtls_hello answer = { .record_version = VERSION_DTLS_1_0,
		.message_sequence = hello->message_sequence };
	uint8_t *at;

	memcpy(answer.record_sequence, hello->record_sequence,
	    sizeof(answer.record_sequence));
	at = hello_write_headers(
	    out, &answer, HELLO_VERIFY_REQUEST, 2 + 1 + cookie_size);
	at = put16(at, VERSION_DTLS_1_0);
	*at++ = (uint8_t)cookie_size;
	at = put_bytes(at, cookie, cookie_size);
	return (size_t)(at - out);
}

size_t
dtls_hello_without_cookie(const struct dtls_hello *hello, unsigned number,
    const uint8_t *data, size_t size, uint8_t *out, size_t out_size)
{
	/* The cipher suite that TLS 1.2 requires, and no compression. */
	static const uint8_t least[] = { 0, 2, 0x00, 0x2f, 1, 0 };
	struct dtls_hello first = { .record_version = hello->record_version,
		.message_sequence = (uint16_t)number };
	struct span rest = { least, sizeof(least) };
	const uint8_t *end;
	size_t body;
	uint8_t *at;

	if (hello->whole) {
		end =
		    data + DTLS_HELLO_HEADERS + get24(data + RECORD_HEADER + 1);
		rest.at = hello->cookie + hello->cookie_size;
		rest.size = (size_t)(end - rest.at);
	}
	body = hello->fixed_size + 1 + rest.size;
	if (rest.size > size || out_size < DTLS_HELLO_HEADERS + body)
		return 0;
	memcpy(first.record_sequence, hello->record_sequence,
	    sizeof(first.record_sequence));
	do
		hello_number_before(first.record_sequence);
	while (++number < hello->message_sequence);
	at = hello_write_headers(out, &first, CLIENT_HELLO, body);
	at = put_bytes(at, hello->fixed, hello->fixed_size);
	*at++ = 0;
	at = put_bytes(at, rest.at, rest.size);
	return (size_t)(at - out);
}

/* Afterwards rest is the record's fragment. */
static int
hello_record(struct dtls_hello_piece *piece, struct span *rest)
{
	const uint8_t *at = rest->at;
	size_t length;

	if (rest->size < RECORD_HEADER)
		return -1;
	length = get16(at + 11);
	if (at[0] != RECORD_HANDSHAKE || at[1] != VERSION_MAJOR ||
	    get16(at + 3) != 0 || length > RECORD_MAX ||
	    length > rest->size - RECORD_HEADER)
		return -1;
	piece->record_version = (uint16_t)get16(at + 1);
	memcpy(piece->record_sequence, at + 5, sizeof(piece->record_sequence));
	*rest = (struct span){ at + RECORD_HEADER, length };
	return 0;
}

/* Afterwards rest is what follows the message's fragment. */
static int
hello_message(struct dtls_hello_piece *piece, struct span *rest)
{
	const uint8_t *at = rest->at;

	if (rest->size < MESSAGE_HEADER)
		return -1;
	piece->message_length = get24(at + 1);
	piece->message_sequence = (uint16_t)get16(at + 4);
	piece->offset = get24(at + 6);
	piece->size = get24(at + 9);
	piece->data = at + MESSAGE_HEADER;
	if (at[0] != CLIENT_HELLO || piece->offset > piece->message_length ||
	    piece->size > piece->message_length - piece->offset ||
	    piece->size > rest->size - MESSAGE_HEADER)
		return -1;
	rest->at += MESSAGE_HEADER + piece->size;
	rest->size -= MESSAGE_HEADER + piece->size;
	return 0;
}

/* Find the next piece, in this record or the next. Returns false at the end. */
static bool
hello_next_piece(
    struct dtls_hello_piece *piece, struct span *rest, struct span *record)
{
	if (record->size == 0) {
		*record = *rest;
		if (hello_record(piece, record) == -1)
			return false;
		rest->at += RECORD_HEADER + record->size;
		rest->size -= RECORD_HEADER + record->size;
	}
	return hello_message(piece, record) == 0;
}

/* Parse to the end of the cookie. rest: the bytes that are there. */
static int
hello_of(struct dtls_hello *hello, const struct dtls_hello_piece *first,
    struct span rest)
{
	size_t id_size;

	if (rest.size < DTLS_HELLO_FIXED_MIN)
		return -1;
	id_size = rest.at[2 + RANDOM_SIZE];
	if (id_size > SESSION_ID_MAX ||
	    rest.size < DTLS_HELLO_FIXED_MIN + id_size + 1)
		return -1;
	hello->record_version = first->record_version;
	memcpy(hello->record_sequence, first->record_sequence,
	    sizeof(hello->record_sequence));
	hello->message_sequence = first->message_sequence;
	hello->message_length = first->message_length;
	hello->whole = first->size == first->message_length;
	hello->client_version = (uint16_t)get16(rest.at);
	hello->fixed = rest.at;
	hello->fixed_size = DTLS_HELLO_FIXED_MIN + id_size;
	hello->cookie_size = rest.at[hello->fixed_size];
	hello->cookie = rest.at + hello->fixed_size + 1;
	if (rest.size - hello->fixed_size - 1 < hello->cookie_size)
		return -1;
	return 0;
}

/* If a byte comes twice, the first one counts. */
static void
hello_head_put(
    struct dtls_hello_head *head, const struct dtls_hello_piece *piece)
{
	size_t i, at;

	if (piece->offset == 0 && head->first.size == 0)
		head->first = *piece;
	for (i = 0; i < piece->size; i++) {
		at = piece->offset + i;
		if (at >= sizeof(head->data))
			break;
		if (!head->there[at])
			head->data[at] = piece->data[i];
		head->there[at] = true;
	}
}

/*
 * No number comes before 0. libssl accepts no number twice, so it is given one
 * that the client hardly reaches, and that leaves all lower numbers within
 * libssl's window.
 */
static void
hello_number_before(uint8_t *number)
{
	int i = DTLS_HELLO_SEQUENCE;

	while (i > 0 && number[i - 1] == 0)
		i--;
	if (i == 0) {
		number[DTLS_HELLO_SEQUENCE - 1] = RECORD_WINDOW - 1;
		return;
	}
	number[i - 1]--;
	memset(number + i, 0xff, (size_t)(DTLS_HELLO_SEQUENCE - i));
}

/*
 * Write the headers of a message in one fragment. Returns the place behind
 * them.
 */
static uint8_t *
hello_write_headers(uint8_t *out, const struct dtls_hello *hello, unsigned type,
    size_t body_size)
{
	uint8_t *at = out;

	*at++ = RECORD_HANDSHAKE;
	at = put16(at, hello->record_version);
	at = put16(at, 0); /* the epoch */
	at = put_bytes(
	    at, hello->record_sequence, sizeof(hello->record_sequence));
	at = put16(at, MESSAGE_HEADER + body_size);
	*at++ = (uint8_t)type;
	at = put24(at, body_size);
	at = put16(at, hello->message_sequence);
	at = put24(at, 0); /* where the fragment begins */
	return put24(at, body_size);
}

static uint32_t
get16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static uint32_t
get24(const uint8_t *at)
{
	return (uint32_t)at[0] << 16 | get16(at + 1);
}

static uint8_t *
put16(uint8_t *at, size_t n)
{
	*at++ = (uint8_t)(n >> 8);
	*at++ = (uint8_t)n;
	return at;
}

static uint8_t *
put24(uint8_t *at, size_t n)
{
	*at++ = (uint8_t)(n >> 16);
	return put16(at, n);
}

static uint8_t *
put_bytes(uint8_t *at, const void *bytes, size_t size)
{
	if (size > 0)
		memcpy(at, bytes, size);
	return at + size;
}
