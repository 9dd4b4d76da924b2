/*
 * Datagrams of unknown peers. If they are accepted as a ClientHello, in one
 * piece or in several, the answer has no more bytes than the ClientHello, and
 * the ClientHello can be made again without its cookie.
 */
#include "base/dtls_hello.h"
#include "fuzz.h"

/* The longest ClientHello in one record. */
#define ROOM (DTLS_HELLO_HEADERS + (1 << 14))

static void
check_answer(const struct dtls_hello *hello, size_t size)
{
	static const uint8_t cookie[DTLS_HELLO_COOKIE_MAX];
	uint8_t *out = malloc(DTLS_HELLO_VERIFY_MAX);
	size_t n;

	HOLDS(out != NULL);
	for (n = 0; n <= sizeof(cookie); n++)
		HOLDS(dtls_hello_verify_request(hello, cookie, n, out) <= size);
	HOLDS(
	    memcmp(out + 5, hello->record_sequence, DTLS_HELLO_SEQUENCE) == 0);
	free(out);
}

/* room: the size of the caller's buffer. */
static void
check_first(const struct dtls_hello *hello, const uint8_t *data, size_t size,
    size_t room)
{
	uint8_t *out = malloc(room > 0 ? room : 1), again[ROOM];
	struct dtls_hello first;
	size_t n;

	HOLDS(out != NULL);
	n = dtls_hello_without_cookie(hello, 0, data, size, out, room);
	HOLDS(n <= room);
	if (n > 0) {
		HOLDS(dtls_hello_parse(&first, out, n) == 0);
		HOLDS(first.whole && first.cookie_size == 0);
		HOLDS(first.message_sequence == 0);
		HOLDS(first.record_version == hello->record_version);
		HOLDS(first.fixed_size == hello->fixed_size);
		HOLDS(memcmp(first.fixed, hello->fixed, first.fixed_size) == 0);
		HOLDS(dtls_hello_without_cookie(
			  &first, 0, out, n, again, sizeof(again)) == n);
		/* The record's number goes down each time. */
		memcpy(again + 5, out + 5, DTLS_HELLO_SEQUENCE);
		HOLDS(memcmp(again, out, n) == 0);
	} else {
		HOLDS(room < ROOM);
	}
	free(out);
}

/* Joins pieces that are all in one datagram. */
static void
check_head(const uint8_t *data, size_t size)
{
	struct dtls_hello_head head = { 0 };
	struct dtls_hello_piece piece;
	struct dtls_hello hello;

	dtls_hello_head_add(&head, data, size);
	if (dtls_hello_piece(&piece, data, size) == 0) {
		HOLDS(piece.data >= data);
		HOLDS(piece.data + piece.size <= data + size);
		HOLDS(piece.offset + piece.size <= piece.message_length);
	} else {
		HOLDS(head.first.size == 0);
	}
	if (dtls_hello_head_parse(&head, &hello) == -1)
		return;
	HOLDS(!hello.whole);
	HOLDS(hello.fixed == head.data);
	HOLDS(
	    hello.cookie + hello.cookie_size <= head.data + sizeof(head.data));
	check_answer(&hello, size);
	check_first(&hello, data, size, ROOM);
}

void
fuzz_input(const uint8_t *data, size_t size)
{
	uint8_t *copy = fuzz_copy(data, size);
	struct dtls_hello hello;

	if (dtls_hello_parse(&hello, copy, size) == 0) {
		HOLDS(size >= DTLS_HELLO_MIN);
		HOLDS(hello.fixed + hello.fixed_size + 1 == hello.cookie);
		HOLDS(hello.cookie + hello.cookie_size <= copy + size);
		check_answer(&hello, size);
		check_first(&hello, copy, size, ROOM);
		check_first(&hello, copy, size, data[size - 1]);
	}
	check_head(copy, size);
	free(copy);
}
