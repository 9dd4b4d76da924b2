/*
 * The bytes of the cookie exchange: some made by hand, some made by libssl on
 * both ends. Each datagram lies at the end of an allocation of its size, so
 * that sanitizers notice a read beyond it.
 */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/dtls_hello.h"
#include "unit.h"

#define DATAGRAM_MAX 2048
#define COOKIE_SIZE  20
#define MTU	     1400
#define SMALL_MTU    256
#define CIPHER	     "PSK-AES128-CBC-SHA:@SECLEVEL=0"

/* Offsets in a datagram with a ClientHello. */
enum {
	RECORD_TYPE = 0,
	RECORD_MAJOR = 1,
	RECORD_EPOCH = 3,
	RECORD_NUMBER = 5,
	RECORD_LENGTH = 11,
	MESSAGE_TYPE = 13,
	MESSAGE_LENGTH = 14,
	MESSAGE_NUMBER = 17,
	FRAGMENT_OFFSET = 19,
	FRAGMENT_LENGTH = 22,
	BODY = 25,
	SESSION_ID = BODY + 34,
};

struct datagram {
	uint8_t data[DATAGRAM_MAX];
	size_t size;
};

static const uint8_t cookie[COOKIE_SIZE] = "twenty bytes of any";

static void
put(struct datagram *datagram, const void *bytes, size_t size)
{
	CHECK(size <= sizeof(datagram->data) - datagram->size);
	memcpy(datagram->data + datagram->size, bytes, size);
	datagram->size += size;
}

static void
put_filled(struct datagram *datagram, uint8_t byte, size_t size)
{
	while (size-- > 0)
		put(datagram, &byte, 1);
}

static void
set_length(struct datagram *datagram, size_t at, size_t width, size_t length)
{
	while (width-- > 0) {
		datagram->data[at + width] = (uint8_t)length;
		length >>= 8;
	}
}

/* Sets the lengths for one record with one fragment, the whole message. */
static void
set_lengths(struct datagram *datagram)
{
	set_length(datagram, RECORD_LENGTH, 2, datagram->size - MESSAGE_TYPE);
	set_length(datagram, MESSAGE_LENGTH, 3, datagram->size - BODY);
	set_length(datagram, FRAGMENT_LENGTH, 3, datagram->size - BODY);
}

static struct datagram
hello_of(size_t id_size, size_t cookie_size)
{
	static const uint8_t headers[BODY] = { 22, 0xfe, 0xff, 0, 0, 1, 2, 3, 4,
		5, 6, 0, 0, 1, 0, 0, 0, 0, 1 };
	static const uint8_t rest[] = { 0, 4, 0xc0, 0x2b, 0, 0x2f, 1, 0 };
	struct datagram hello = { .size = 0 };
	uint8_t byte;

	put(&hello, headers, sizeof(headers));
	put(&hello, "\xfe\xfd", 2);
	put_filled(&hello, 'r', 32);
	byte = (uint8_t)id_size;
	put(&hello, &byte, 1);
	put_filled(&hello, 's', id_size);
	byte = (uint8_t)cookie_size;
	put(&hello, &byte, 1);
	put_filled(&hello, 'c', cookie_size);
	put(&hello, rest, sizeof(rest));
	set_lengths(&hello);
	return hello;
}

static int
parse_bytes(const uint8_t *data, size_t size)
{
	struct dtls_hello hello;
	uint8_t *copy = malloc(size > 0 ? size : 1);
	int result;

	CHECK(copy != NULL);
	memcpy(copy, data, size);
	result = dtls_hello_parse(&hello, copy, size);
	if (result == 0) {
		CHECK(hello.fixed >= copy && hello.cookie > hello.fixed);
		CHECK(hello.cookie + hello.cookie_size <= copy + size);
		CHECK(size >= DTLS_HELLO_VERIFY_MAX);
	}
	free(copy);
	return result;
}

static int
parse(const struct datagram *datagram)
{
	return parse_bytes(datagram->data, datagram->size);
}

/* Returns true if the hello is refused only with this byte changed. */
static bool
refused_with(struct datagram datagram, size_t at, unsigned byte)
{
	CHECK(parse(&datagram) == 0);
	datagram.data[at] = (uint8_t)byte;
	return parse(&datagram) == -1;
}

static void
test_all_is_found(void)
{
	static const uint8_t number[] = { 1, 2, 3, 4, 5, 6 };
	struct datagram datagram = hello_of(32, COOKIE_SIZE);
	struct dtls_hello hello;

	CHECK(dtls_hello_parse(&hello, datagram.data, datagram.size) == 0);
	CHECK(memcmp(hello.record_sequence, number, sizeof(number)) == 0);
	CHECK(hello.record_version == 0xfeff);
	CHECK(hello.client_version == 0xfefd);
	CHECK(hello.message_sequence == 1);
	CHECK(hello.fixed == datagram.data + BODY);
	CHECK(hello.fixed_size == DTLS_HELLO_FIXED_MAX);
	CHECK(hello.cookie == datagram.data + SESSION_ID + 32 + 2);
	CHECK(hello.cookie_size == COOKIE_SIZE);
	CHECK(hello.whole);
}

static void
test_any_sizes_that_the_protocol_knows(void)
{
	struct datagram datagram;
	struct dtls_hello hello;
	size_t id, size;

	for (id = 0; id <= 255; id++)
		for (size = 0; size <= 255; size++) {
			datagram = hello_of(id, size);
			CHECK((parse(&datagram) == 0) == (id <= 32));
			if (id > 32)
				continue;
			CHECK(dtls_hello_parse(
				  &hello, datagram.data, datagram.size) == 0);
			CHECK(hello.fixed_size == DTLS_HELLO_FIXED_MIN + id);
			CHECK(hello.cookie_size == size);
		}
}

static void
test_other_things_are_refused(void)
{
	struct datagram good = hello_of(0, COOKIE_SIZE);
	unsigned type;

	for (type = 0; type <= 255; type++) {
		CHECK(type == 22 || refused_with(good, RECORD_TYPE, type));
		CHECK(type == 1 || refused_with(good, MESSAGE_TYPE, type));
		CHECK(type == 0xfe || refused_with(good, RECORD_MAJOR, type));
	}
	CHECK(refused_with(good, RECORD_EPOCH, 1));
	CHECK(refused_with(good, RECORD_EPOCH + 1, 1));
	CHECK(refused_with(good, FRAGMENT_OFFSET, 1));
	CHECK(refused_with(good, FRAGMENT_OFFSET + 1, 1));
	CHECK(refused_with(good, FRAGMENT_OFFSET + 2, 1));
}

static void
test_lengths_that_lie(void)
{
	struct datagram good = hello_of(0, COOKIE_SIZE), lie;

	CHECK(refused_with(good, RECORD_LENGTH, 0x7f));
	CHECK(refused_with(
	    good, RECORD_LENGTH + 1, good.data[RECORD_LENGTH + 1] + 1U));
	/* The fragment ends after the end of its record, or of its message. */
	CHECK(refused_with(
	    good, RECORD_LENGTH + 1, good.data[RECORD_LENGTH + 1] - 1U));
	CHECK(refused_with(good, FRAGMENT_LENGTH, 1));
	CHECK(refused_with(
	    good, FRAGMENT_LENGTH + 2, good.data[FRAGMENT_LENGTH + 2] + 1U));
	CHECK(refused_with(
	    good, MESSAGE_LENGTH + 2, good.data[MESSAGE_LENGTH + 2] - 1U));
	CHECK(refused_with(good, SESSION_ID, 33));
	CHECK(refused_with(good, SESSION_ID, 32));
	CHECK(refused_with(good, SESSION_ID + 1, 255));
	/* A record longer than allowed, whose bytes are all there. */
	lie = hello_of(0, COOKIE_SIZE);
	set_length(&lie, RECORD_LENGTH, 2, (1 << 14) + 1);
	{
		uint8_t *large = calloc(1, 1 << 15);

		CHECK(large != NULL);
		memcpy(large, lie.data, lie.size);
		CHECK(parse_bytes(large, 1 << 15) == -1);
		large[RECORD_LENGTH] = 1 << 6;
		large[RECORD_LENGTH + 1] = 0;
		CHECK(parse_bytes(large, 1 << 15) == 0);
		free(large);
	}
}

static void
test_every_truncation(void)
{
	struct datagram good = hello_of(32, COOKIE_SIZE);
	size_t through = SESSION_ID + 1 + 32 + 1 + COOKIE_SIZE, size;
	struct datagram cut;
	struct dtls_hello hello;

	CHECK(parse(&good) == 0);
	for (size = 0; size < good.size; size++)
		CHECK(parse_bytes(good.data, size) == -1);
	/* The same as fragments, which may end after the cookie. */
	for (size = BODY; size < good.size; size++) {
		cut = good;
		cut.size = size;
		set_length(&cut, RECORD_LENGTH, 2, size - MESSAGE_TYPE);
		set_length(&cut, FRAGMENT_LENGTH, 3, size - BODY);
		CHECK((parse(&cut) == 0) == (size >= through));
		if (size < through)
			continue;
		CHECK(dtls_hello_parse(&hello, cut.data, cut.size) == 0);
		CHECK(!hello.whole);
	}
}

static void
test_only_the_first_record_counts(void)
{
	struct datagram good = hello_of(0, COOKIE_SIZE), more = good;
	struct dtls_hello hello;
	uint8_t out[2][DATAGRAM_MAX];
	size_t size;

	put_filled(&more, 22, 100);
	CHECK(parse(&more) == 0);
	CHECK(dtls_hello_parse(&hello, good.data, good.size) == 0);
	size = dtls_hello_without_cookie(
	    &hello, 0, good.data, good.size, out[0], sizeof(out[0]));
	CHECK(dtls_hello_parse(&hello, more.data, more.size) == 0);
	CHECK(hello.whole);
	CHECK(dtls_hello_without_cookie(&hello, 0, more.data, more.size, out[1],
		  sizeof(out[1])) == size);
	CHECK(memcmp(out[0], out[1], size) == 0);
}

/* Makes a datagram with one record that contains a piece of a hello. */
static struct datagram
piece_of(const struct datagram *hello, size_t from, size_t size)
{
	struct datagram piece = { .size = 0 };

	put(&piece, hello->data, BODY);
	put(&piece, hello->data + BODY + from, size);
	set_length(&piece, RECORD_LENGTH, 2, piece.size - MESSAGE_TYPE);
	set_length(&piece, FRAGMENT_OFFSET, 3, from);
	set_length(&piece, FRAGMENT_LENGTH, 3, size);
	return piece;
}

static void
test_a_piece_is_told(void)
{
	struct datagram hello = hello_of(0, COOKIE_SIZE);
	size_t length = hello.size - BODY;
	struct datagram datagram = piece_of(&hello, 10, 7);
	struct dtls_hello_piece piece;

	CHECK(dtls_hello_piece(&piece, datagram.data, datagram.size) == 0);
	CHECK(piece.message_sequence == 1 && piece.message_length == length);
	CHECK(piece.offset == 10 && piece.size == 7);
	CHECK(memcmp(piece.data, hello.data + BODY + 10, 7) == 0);
	CHECK(piece.record_version == 0xfeff && piece.record_sequence[5] == 6);
	CHECK(dtls_hello_piece(&piece, datagram.data, datagram.size - 1) == -1);
	/* A piece up to the end of the message, and one byte longer. */
	datagram = piece_of(&hello, length - 3, 3);
	CHECK(dtls_hello_piece(&piece, datagram.data, datagram.size) == 0);
	set_length(&datagram, FRAGMENT_OFFSET, 3, length - 2);
	CHECK(dtls_hello_piece(&piece, datagram.data, datagram.size) == -1);
	set_length(&datagram, FRAGMENT_OFFSET, 3, length + 1);
	CHECK(dtls_hello_piece(&piece, datagram.data, datagram.size) == -1);
}

/* The first piece gives the same fields as the whole hello. */
static void
check_head(const struct dtls_hello_head *head, const struct datagram *whole)
{
	struct dtls_hello one, other;

	CHECK(dtls_hello_parse(&one, whole->data, whole->size) == 0);
	CHECK(dtls_hello_head_parse(head, &other) == 0);
	CHECK(!other.whole);
	CHECK(one.message_sequence == other.message_sequence);
	CHECK(one.message_length == other.message_length);
	CHECK(one.record_version == other.record_version);
	CHECK(memcmp(one.record_sequence, other.record_sequence,
		  DTLS_HELLO_SEQUENCE) == 0);
	CHECK(one.fixed_size == other.fixed_size);
	CHECK(memcmp(one.fixed, other.fixed, one.fixed_size) == 0);
	CHECK(one.cookie_size == other.cookie_size);
	CHECK(memcmp(one.cookie, other.cookie, one.cookie_size) == 0);
}

/*
 * Pieces of any size, in either order, each in a datagram of its own or all in
 * one datagram.
 */
static void
test_a_head_of_pieces(void)
{
	struct datagram hello = hello_of(32, COOKIE_SIZE), all, piece;
	size_t length = hello.size - BODY, size, at, n;
	struct dtls_hello_head forth, back, joined;
	struct dtls_hello parsed;

	for (size = 1; size < length; size++) {
		memset(&forth, 0, sizeof(forth));
		memset(&back, 0, sizeof(back));
		memset(&joined, 0, sizeof(joined));
		all.size = 0;
		for (at = 0; at < length; at += n) {
			n = length - at < size ? length - at : size;
			piece = piece_of(&hello, at, n);
			CHECK(at >= 88 ||
			    dtls_hello_head_parse(&forth, &parsed) == -1);
			dtls_hello_head_add(&forth, piece.data, piece.size);
			if (all.size + piece.size <= sizeof(all.data))
				put(&all, piece.data, piece.size);
			n = length - at < size ? length - at : size;
		}
		for (at = (length - 1) / size * size;; at -= size) {
			CHECK(dtls_hello_head_parse(&back, &parsed) == -1);
			n = length - at < size ? length - at : size;
			piece = piece_of(&hello, at, n);
			dtls_hello_head_add(&back, piece.data, piece.size);
			dtls_hello_head_add(&back, piece.data, piece.size);
			if (at == 0)
				break;
		}
		check_head(&forth, &hello);
		check_head(&back, &hello);
		dtls_hello_head_add(&joined, all.data, all.size);
		if (size >= 2)
			check_head(&joined, &hello);
	}
}

/* The longest possible cookie. */
static void
test_a_head_of_any_cookie(void)
{
	struct datagram hello = hello_of(32, 255), piece;
	size_t length = hello.size - BODY, at, n;
	struct dtls_hello_head head = { 0 };
	struct dtls_hello parsed;

	for (at = 0; at < DTLS_HELLO_HEAD_MAX; at += n) {
		CHECK(dtls_hello_head_parse(&head, &parsed) == -1);
		n = length - at < 10 ? length - at : 10;
		piece = piece_of(&hello, at, n);
		dtls_hello_head_add(&head, piece.data, piece.size);
	}
	check_head(&head, &hello);
}

/* Of a datagram, only pieces of its first message count. */
static void
test_a_datagram_of_two_messages(void)
{
	struct datagram hello = hello_of(0, COOKIE_SIZE), other = hello;
	struct datagram both = piece_of(&hello, 0, 30), piece;
	struct dtls_hello_head head = { 0 };
	struct dtls_hello parsed;

	other.data[MESSAGE_NUMBER + 1] = 0;
	piece = piece_of(&other, 30, 31);
	put(&both, piece.data, piece.size);
	dtls_hello_head_add(&head, both.data, both.size);
	CHECK(dtls_hello_head_parse(&head, &parsed) == -1);
	piece = piece_of(&hello, 30, 31);
	dtls_hello_head_add(&head, piece.data, piece.size);
	check_head(&head, &hello);
	/* A session ID that is too long, in pieces. */
	hello.data[SESSION_ID] = 33;
	memset(&head, 0, sizeof(head));
	piece = piece_of(&hello, 0, 20);
	dtls_hello_head_add(&head, piece.data, piece.size);
	piece = piece_of(&hello, 20, hello.size - BODY - 20);
	dtls_hello_head_add(&head, piece.data, piece.size);
	CHECK(dtls_hello_head_parse(&head, &parsed) == -1);
}

static void
test_the_answer_is_never_longer(void)
{
	static const uint8_t expected[] = { 22, 0xfe, 0xff, 0, 0, 1, 2, 3, 4, 5,
		6, 0, 35, 3, 0, 0, 23, 0, 1, 0, 0, 0, 0, 0, 23, 0xfe, 0xff,
		20 };
	struct datagram shortest = hello_of(0, 0);
	uint8_t out[DTLS_HELLO_VERIFY_MAX],
	    large[DTLS_HELLO_COOKIE_MAX] = { 0 };
	struct dtls_hello hello;
	size_t size;

	/* Everything after the cookie that may be missing is missing. */
	shortest.size = SESSION_ID + 2;
	set_lengths(&shortest);
	CHECK(shortest.size == DTLS_HELLO_MIN);
	CHECK(dtls_hello_parse(&hello, shortest.data, shortest.size) == 0);
	CHECK(dtls_hello_verify_request(&hello, large, sizeof(large), out) ==
	    DTLS_HELLO_VERIFY_MAX);
	CHECK(DTLS_HELLO_VERIFY_MAX <= shortest.size);
	size = dtls_hello_verify_request(&hello, cookie, sizeof(cookie), out);
	CHECK(size == sizeof(expected) + sizeof(cookie));
	CHECK(memcmp(out, expected, sizeof(expected)) == 0);
	CHECK(memcmp(out + sizeof(expected), cookie, sizeof(cookie)) == 0);
}

static void
test_the_first_hello_fits_or_is_not_made(void)
{
	struct datagram second = hello_of(32, COOKIE_SIZE);
	struct datagram first = hello_of(32, 0);
	struct dtls_hello hello;
	size_t room;
	uint8_t *out;

	first.data[RECORD_NUMBER + DTLS_HELLO_SEQUENCE - 1]--;
	first.data[MESSAGE_NUMBER + 1] = 0;
	CHECK(dtls_hello_parse(&hello, second.data, second.size) == 0);
	for (room = 0; room <= first.size; room++) {
		CHECK((out = malloc(room > 0 ? room : 1)) != NULL);
		CHECK(dtls_hello_without_cookie(&hello, 0, second.data,
			  second.size, out,
			  room) == (room < first.size ? 0 : first.size));
		if (room == first.size)
			CHECK(memcmp(out, first.data, room) == 0);
		free(out);
	}
}

static void
test_the_first_hello_has_the_number_before(void)
{
	static const uint8_t numbers[][2][DTLS_HELLO_SEQUENCE] = {
		{ { 0, 0, 0, 0, 0, 1 }, { 0, 0, 0, 0, 0, 0 } },
		{ { 0, 0, 0, 0, 1, 0 }, { 0, 0, 0, 0, 0, 0xff } },
		{ { 1, 0, 0, 0, 0, 0 }, { 0, 0xff, 0xff, 0xff, 0xff, 0xff } },
		/* There is none; libssl looks back this far. */
		{ { 0, 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 63 } },
	};
	struct datagram second = hello_of(32, COOKIE_SIZE);
	struct dtls_hello hello;
	uint8_t out[DATAGRAM_MAX];
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		memcpy(second.data + RECORD_NUMBER, numbers[i][0],
		    DTLS_HELLO_SEQUENCE);
		CHECK(dtls_hello_parse(&hello, second.data, second.size) == 0);
		CHECK(dtls_hello_without_cookie(&hello, 0, second.data,
			  second.size, out, sizeof(out)) > 0);
		CHECK(memcmp(out + RECORD_NUMBER, numbers[i][1],
			  DTLS_HELLO_SEQUENCE) == 0);
	}
}

/* Returns the size of what libssl writes next, as one datagram. */
static void
take(SSL *ssl, struct datagram *datagram)
{
	BIO *bio = SSL_get_wbio(ssl);
	int n = BIO_read(bio, datagram->data, sizeof(datagram->data));

	datagram->size = n > 0 ? (size_t)n : 0;
}

static void
give(SSL *ssl, const struct datagram *datagram)
{
	int n =
	    BIO_write(SSL_get_rbio(ssl), datagram->data, (int)datagram->size);

	CHECK(n == (int)datagram->size);
	ERR_clear_error();
	CHECK(SSL_do_handshake(ssl) <= 0);
	CHECK(SSL_get_error(ssl, -1) == SSL_ERROR_WANT_READ);
}

static unsigned
psk_of_client(SSL *ssl, const char *hint, char *identity, unsigned identity_max,
    unsigned char *key, unsigned key_max)
{
	(void)ssl, (void)hint;
	CHECK(identity_max >= 2 && key_max >= 1);
	memcpy(identity, "x", 2);
	key[0] = 1;
	return 1;
}

static unsigned
psk_of_server(
    SSL *ssl, const char *identity, unsigned char *key, unsigned key_max)
{
	(void)ssl, (void)identity, (void)key_max;
	key[0] = 1;
	return 1;
}

static int
give_cookie(SSL *ssl, unsigned char *out, unsigned *size)
{
	(void)ssl;
	memcpy(out, cookie, sizeof(cookie));
	*size = sizeof(cookie);
	return 1;
}

static int
check_cookie(SSL *ssl, const unsigned char *got, unsigned size)
{
	(void)ssl;
	return size == sizeof(cookie) && memcmp(got, cookie, size) == 0;
}

static SSL *
ssl_new(bool server, int version, long mtu)
{
	SSL_CTX *ctx =
	    SSL_CTX_new(server ? DTLS_server_method() : DTLS_client_method());
	SSL *ssl;

	CHECK(ctx != NULL && SSL_CTX_set_cipher_list(ctx, CIPHER) == 1);
	CHECK(SSL_CTX_set_max_proto_version(ctx, version) == 1);
	SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_psk_client_callback(ctx, psk_of_client);
	SSL_CTX_set_psk_server_callback(ctx, psk_of_server);
	SSL_CTX_set_cookie_generate_cb(ctx, give_cookie);
	SSL_CTX_set_cookie_verify_cb(ctx, check_cookie);
	if (server)
		SSL_CTX_set_options(ctx, SSL_OP_COOKIE_EXCHANGE);
	CHECK((ssl = SSL_new(ctx)) != NULL);
	SSL_CTX_free(ctx);
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	BIO_set_mem_eof_return(SSL_get_rbio(ssl), -1);
	SSL_set_mtu(ssl, mtu);
	if (server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

/* Sets a name of 200 bytes, so that the hello is longer than a small MTU. */
static void
make_long(SSL *client)
{
	unsigned char protocols[201];

	memset(protocols, 'p', sizeof(protocols));
	protocols[0] = sizeof(protocols) - 1;
	CHECK(SSL_set_alpn_protos(client, protocols, sizeof(protocols)) == 0);
}

/* The client answers as often as it is asked; hello[] is what it sends. */
static void
ask(SSL *client, struct datagram *hello, struct datagram *question,
    unsigned questions, bool whole)
{
	struct dtls_hello parsed;
	unsigned i;

	CHECK(SSL_do_handshake(client) <= 0);
	for (i = 0;; i++) {
		take(client, &hello[i]);
		CHECK(dtls_hello_parse(&parsed, hello[i].data, hello[i].size) ==
		    0);
		CHECK(parsed.whole == whole && parsed.message_sequence == i);
		CHECK(parsed.cookie_size == (i == 0 ? 0 : sizeof(cookie)));
		CHECK(memcmp(parsed.cookie, cookie, parsed.cookie_size) == 0);
		if (i == questions)
			return;
		question[i].size = dtls_hello_verify_request(
		    &parsed, cookie, sizeof(cookie), question[i].data);
		give(client, &question[i]);
	}
}

/*
 * What happens to a peer: our code answers a client of libssl, and the client's
 * last datagram begins a handshake with a new server of libssl.
 */
static void
shake_hands(int version, long mtu, unsigned questions)
{
	SSL *client = ssl_new(false, version, mtu);
	SSL *server = ssl_new(true, version, MTU);
	struct datagram hello[DTLS_HELLO_MESSAGE_MAX + 1],
	    question[DTLS_HELLO_MESSAGE_MAX], its, made = { .size = 0 };
	struct dtls_hello last;
	unsigned i;

	if (mtu == SMALL_MTU)
		make_long(client);
	ask(client, hello, question, questions, mtu != SMALL_MTU);
	CHECK(dtls_hello_parse(
		  &last, hello[questions].data, hello[questions].size) == 0);
	for (i = 0; i < questions; i++) {
		made.size =
		    dtls_hello_without_cookie(&last, i, hello[questions].data,
			hello[questions].size, made.data, sizeof(made.data));
		if (i == 0 && mtu != SMALL_MTU)
			CHECK(made.size == hello[0].size &&
			    memcmp(made.data, hello[0].data, made.size) == 0);
		give(server, &made);
		take(server, &its);
		CHECK(its.size == question[i].size);
		/* Numbers of records differ: record_numbers.h sets them. */
		memcpy(its.data + RECORD_NUMBER,
		    question[i].data + RECORD_NUMBER, DTLS_HELLO_SEQUENCE);
		CHECK(memcmp(its.data, question[i].data, its.size) == 0);
	}
	give(server, &hello[questions]);
	take(server, &its);
	CHECK(its.size > MESSAGE_TYPE && its.data[MESSAGE_TYPE] == 2);
	SSL_free(client);
	SSL_free(server);
}

static void
test_libssl_on_both_ends(void)
{
	shake_hands(DTLS1_VERSION, MTU, 1);
	shake_hands(DTLS1_2_VERSION, MTU, 1);
}

/* The memory BIO joins the datagrams of both fragments. */
static void
test_libssl_and_fragments(void)
{
	shake_hands(DTLS1_VERSION, SMALL_MTU, 1);
	shake_hands(DTLS1_2_VERSION, SMALL_MTU, 1);
}

/* The cookie of a server before, which only another server could know. */
static void
test_libssl_is_asked_again(void)
{
	unsigned questions;

	for (questions = 2; questions <= DTLS_HELLO_MESSAGE_MAX; questions++) {
		shake_hands(DTLS1_2_VERSION, MTU, questions);
		shake_hands(DTLS1_2_VERSION, SMALL_MTU, questions);
	}
}

int
main(void)
{
	UNIT_RUN(test_all_is_found);
	UNIT_RUN(test_any_sizes_that_the_protocol_knows);
	UNIT_RUN(test_other_things_are_refused);
	UNIT_RUN(test_lengths_that_lie);
	UNIT_RUN(test_every_truncation);
	UNIT_RUN(test_only_the_first_record_counts);
	UNIT_RUN(test_a_piece_is_told);
	UNIT_RUN(test_a_head_of_pieces);
	UNIT_RUN(test_a_head_of_any_cookie);
	UNIT_RUN(test_a_datagram_of_two_messages);
	UNIT_RUN(test_the_answer_is_never_longer);
	UNIT_RUN(test_the_first_hello_fits_or_is_not_made);
	UNIT_RUN(test_the_first_hello_has_the_number_before);
	UNIT_RUN(test_libssl_on_both_ends);
	UNIT_RUN(test_libssl_and_fragments);
	UNIT_RUN(test_libssl_is_asked_again);
	return unit_end();
}
