/*
 * ClientHellos are read from their bytes.
 */
#include "base/client_hello.h"
#include "hello_message.h"
#include "unit.h"

/* Parses a copy on the heap: a sanitizer notices a read beyond its end. */
static int
parse(const struct hello_message *message, size_t size,
    struct client_hello *hello)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	int result;

	CHECK(copy != NULL);
	memcpy(copy, message->data, size);
	result = client_hello_parse(hello, copy, size, message->datagrams);
	free(copy);
	return result;
}

static bool
is(struct hello_span span, const char *text)
{
	return span.size == strlen(text) &&
	    memcmp(span.at, text, span.size) == 0;
}

static void
parts_of_a_hello(void)
{
	struct hello_message message;
	struct client_hello hello;
	struct hello_span rest, data;
	uint16_t type;

	hello_begin(&message, 0x0303, "0x1301-0xc02b-0x00ff", false);
	hello = hello_read(&message);
	CHECK(hello.version == 0x0303 && !hello.has_extensions);
	CHECK(hello.random.size == 32 && is(hello.session_id, "SID"));
	CHECK(hello.cookie.size == 0 && hello.compressions.size == 1);
	CHECK(hello_numbers(hello.cipher_suites) == 3);
	CHECK(hello_number(hello.cipher_suites, 1) == 0xc02b);
	CHECK(hello_has_number(hello.cipher_suites, 0x00ff));
	CHECK(!hello_has_number(hello.cipher_suites, 0xff00));
	CHECK(!client_hello_find(&hello, 0, NULL));

	hello_extension(&message, 0x1234, "ab", 2);
	hello_extension(&message, 23, "", 0);
	hello = hello_read(&message);
	CHECK(hello.has_extensions);
	rest = hello.extensions;
	CHECK(hello_next_extension(&rest, &type, &data));
	CHECK(type == 0x1234 && is(data, "ab"));
	CHECK(hello_next_extension(&rest, &type, &data));
	CHECK(type == 23 && data.size == 0);
	CHECK(!hello_next_extension(&rest, &type, &data));
	CHECK(client_hello_find(&hello, 0x1234, &data) && is(data, "ab"));
}

static void
datagrams_have_a_cookie(void)
{
	struct hello_message message;
	struct client_hello hello;

	hello_begin(&message, 0xfefd, "0xc02b", true);
	hello_extension(&message, 23, "", 0);
	hello = hello_read(&message);
	CHECK(is(hello.cookie, "CK") && is(hello.session_id, "SID"));
	CHECK(hello_numbers(hello.cipher_suites) == 1);
	/* A fragment is no message. */
	message.data[8] = 1;
	CHECK(parse(&message, message.size, &hello) == -1);
	message.data[8] = 0;
	message.data[11]--;
	CHECK(parse(&message, message.size, &hello) == -1);
}

/* Whatever is cut off, and whatever follows, the lengths do not fit. */
static void
no_part_is_a_hello(void)
{
	struct hello_message message;
	struct client_hello hello;
	size_t size;
	int datagrams;

	for (datagrams = 0; datagrams < 2; datagrams++) {
		hello_begin(&message, 0x0303, "0x1301-0x1302", datagrams != 0);
		hello_extension(&message, 35, "ticket", 6);
		CHECK(parse(&message, message.size, &hello) == 0);
		for (size = 0; size < message.size; size++)
			CHECK(parse(&message, size, &hello) == -1);
		CHECK(parse(&message, message.size + 1, &hello) == -1);
		/* The length in the header is right, those inside are not. */
		hello_add(&message, "x", 1);
		hello_set_number(&message, 1, 3,
		    message.size - (message.datagrams ? 12 : 4));
		if (datagrams)
			hello_set_number(&message, 9, 3, message.size - 12);
		CHECK(parse(&message, message.size, &hello) == -1);
	}
}

static void
wrong_lists_are_refused(void)
{
	struct hello_message message;
	struct client_hello hello;
	unsigned i;

	hello_begin(&message, 0x0303, "0x1301", false);
	message.data[0] = 2;
	CHECK(parse(&message, message.size, &hello) == -1);
	/* No suites, and half a suite. */
	hello_begin(&message, 0x0303, "", false);
	CHECK(parse(&message, message.size, &hello) == -1);
	hello_begin(&message, 0x0303, "0x1301", false);
	message.data[message.size - 5] = 1;
	CHECK(parse(&message, message.size, &hello) == -1);
	/* A session ID that is too long. */
	hello_begin(&message, 0x0303, "0x1301", false);
	message.data[4 + 2 + 32] = 33;
	CHECK(parse(&message, message.size, &hello) == -1);
	/* An extension twice, and too many. */
	hello_begin(&message, 0x0303, "0x1301", false);
	hello_extension(&message, 5, "", 0);
	hello_extension(&message, 6, "", 0);
	CHECK(parse(&message, message.size, &hello) == 0);
	hello_extension(&message, 5, "", 0);
	CHECK(parse(&message, message.size, &hello) == -1);
	hello_begin(&message, 0x0303, "0x1301", false);
	for (i = 0; i < CLIENT_HELLO_EXTENSIONS_MAX; i++)
		hello_extension(&message, i, "", 0);
	CHECK(parse(&message, message.size, &hello) == 0);
	hello_extension(&message, i, "", 0);
	CHECK(parse(&message, message.size, &hello) == -1);
}

static void
names_and_protocols(void)
{
	struct hello_message message;
	struct client_hello hello;
	struct hello_span span, rest;

	hello_begin(&message, 0x0303, "0x1301", false);
	hello_extension(&message, 0, BYTES(0, 6, 0, 0, 3, 'a', '.', 'b'));
	hello_extension(&message, 16, BYTES(0, 6, 2, 'h', '2', 2, 'h', '3'));
	hello = hello_read(&message);
	CHECK(client_hello_server_name(&hello, &span) && is(span, "a.b"));
	CHECK(client_hello_alpn(&hello, &rest));
	CHECK(hello_next_protocol(&rest, &span) && is(span, "h2"));
	CHECK(hello_next_protocol(&rest, &span) && is(span, "h3"));
	CHECK(!hello_next_protocol(&rest, &span));

	/* A NUL in the name, an empty protocol, bytes behind both. */
	hello_begin(&message, 0x0303, "0x1301", false);
	hello_extension(&message, 0, BYTES(0, 6, 0, 0, 3, 'a', 0, 'b'));
	hello_extension(&message, 16, BYTES(0, 4, 2, 'h', '2', 0));
	hello = hello_read(&message);
	CHECK(!client_hello_server_name(&hello, &span));
	CHECK(!client_hello_alpn(&hello, &rest));
	hello_begin(&message, 0x0303, "0x1301", false);
	hello_extension(&message, 0, BYTES(0, 6, 0, 0, 3, 'a', '.', 'b', 'c'));
	hello_extension(&message, 16, BYTES(0, 3, 2, 'h', '2', 'x'));
	hello = hello_read(&message);
	CHECK(!client_hello_server_name(&hello, &span));
	CHECK(!client_hello_alpn(&hello, &rest));
}

static void
lists_of_numbers(void)
{
	struct hello_message message;
	struct client_hello hello;
	struct hello_span span;
	uint16_t highest, lowest;

	hello_begin(&message, 0x0303, "0x1301", false);
	client_hello_versions(
	    &(struct client_hello){ .version = 0x0301 }, &highest, &lowest);
	CHECK(highest == 0x0301 && lowest == 0x0301);
	hello_list_extension(&message, 10, 2, "29-23", 2);
	hello_list_extension(&message, 11, 1, "0-1", 1);
	hello_list_extension(&message, 43, 1, "0x3a3a-0x0303-0x0304-0x0302", 2);
	hello_extension(&message, 13, BYTES(0, 3, 4, 3, 8));
	hello_extension(&message, 5, BYTES(1, 0, 0, 0, 0));
	hello = hello_read(&message);
	CHECK(client_hello_list(&hello, HELLO_SUPPORTED_GROUPS, &span));
	CHECK(hello_numbers(span) == 2 && hello_number(span, 0) == 29);
	CHECK(client_hello_bytes(&hello, HELLO_EC_POINT_FORMATS, &span));
	CHECK(span.size == 2 && span.at[1] == 1);
	CHECK(!client_hello_list(&hello, HELLO_SIGNATURE_ALGORITHMS, &span));
	CHECK(!client_hello_list(&hello, HELLO_COMPRESS_CERTIFICATE, &span));
	CHECK(client_hello_asks_ocsp(&hello));
	client_hello_versions(&hello, &highest, &lowest);
	CHECK(highest == 0x0304 && lowest == 0x0302);

	hello_begin(&message, 0xfefd, "0x1301", true);
	hello_list_extension(&message, 43, 1, "0xfefd-0xfefc-0x0304", 2);
	hello = hello_read(&message);
	client_hello_versions(&hello, &highest, &lowest);
	CHECK(highest == 0xfefc && lowest == 0xfefd);
}

static void
key_shares(void)
{
	struct hello_message message;
	struct client_hello hello;
	struct hello_span rest, key;
	uint16_t group;

	hello_begin(&message, 0x0303, "0x1301", false);
	hello_extension(&message, 51,
	    BYTES(0, 11, 0, 29, 0, 1, 'a', 0, 23, 0, 2, 'b', 'c'));
	hello = hello_read(&message);
	CHECK(client_hello_key_shares(&hello, &rest));
	CHECK(hello_next_key_share(&rest, &group, &key));
	CHECK(group == 29 && is(key, "a"));
	CHECK(hello_next_key_share(&rest, &group, &key));
	CHECK(group == 23 && is(key, "bc"));
	CHECK(!hello_next_key_share(&rest, &group, &key));
	/* None is a good list, an empty key is not. */
	hello_begin(&message, 0x0303, "0x1301", false);
	hello_extension(&message, 51, BYTES(0, 0));
	hello = hello_read(&message);
	CHECK(client_hello_key_shares(&hello, &rest) && rest.size == 0);
	hello_begin(&message, 0x0303, "0x1301", false);
	hello_extension(&message, 51, BYTES(0, 4, 0, 29, 0, 0));
	hello = hello_read(&message);
	CHECK(!client_hello_key_shares(&hello, &rest));
}

/* Two identities; binders: how many, and how long the last one is. */
static void
psk_extension(struct hello_message *message, size_t binders, size_t last)
{
	struct hello_message data = { 0 };
	uint8_t binder[255];
	size_t i, at;

	memset(binder, 'b', sizeof(binder));
	hello_add(&data,
	    BYTES(0, 15, 0, 1, 'x', 0, 0, 0, 9, 0, 2, 'y', 'z', 1, 2, 3, 4));
	at = data.size;
	hello_add_number(&data, 2, 0);
	for (i = 1; i <= binders; i++) {
		hello_add_number(&data, 1, i == binders ? last : 32);
		hello_add(&data, binder, i == binders ? last : 32);
	}
	hello_set_number(&data, at, 2, data.size - at - 2);
	hello_extension(message, 41, data.data, data.size);
}

static void
psks(void)
{
	struct hello_message message;
	struct client_hello hello;
	struct hello_psks rest;
	struct hello_psk psk;
	struct hello_span modes;

	hello_begin(&message, 0x0303, "0x1301", false);
	hello_list_extension(&message, 45, 1, "1", 1);
	psk_extension(&message, 2, 48);
	hello = hello_read(&message);
	CHECK(client_hello_bytes(&hello, HELLO_PSK_KEY_EXCHANGE_MODES, &modes));
	CHECK(client_hello_psks(&hello, &rest));
	CHECK(hello_next_psk(&rest, &psk));
	CHECK(is(psk.identity, "x") && psk.age == 9 && psk.binder.size == 32);
	CHECK(hello_next_psk(&rest, &psk));
	CHECK(is(psk.identity, "yz") && psk.age == 0x01020304);
	CHECK(psk.binder.size == 48);
	CHECK(!hello_next_psk(&rest, &psk));
	/* It must be the last extension. */
	hello_extension(&message, 23, "", 0);
	hello = hello_read(&message);
	CHECK(!client_hello_psks(&hello, &rest));
	/* A binder is missing, too many, too short. */
	hello_begin(&message, 0x0303, "0x1301", false);
	psk_extension(&message, 1, 32);
	hello = hello_read(&message);
	CHECK(!client_hello_psks(&hello, &rest));
	hello_begin(&message, 0x0303, "0x1301", false);
	psk_extension(&message, 3, 32);
	hello = hello_read(&message);
	CHECK(!client_hello_psks(&hello, &rest));
	hello_begin(&message, 0x0303, "0x1301", false);
	psk_extension(&message, 2, 31);
	hello = hello_read(&message);
	CHECK(!client_hello_psks(&hello, &rest));
}

static void
grease(void)
{
	unsigned number, count = 0;

	for (number = 0; number <= 0xffff; number++)
		count += hello_is_grease((uint16_t)number);
	CHECK(count == 16);
	CHECK(hello_is_grease(0x0a0a) && hello_is_grease(0xfafa));
	CHECK(!hello_is_grease(0x0a1a) && !hello_is_grease(0x0a0b));
}

int
main(void)
{
	UNIT_RUN(parts_of_a_hello);
	UNIT_RUN(datagrams_have_a_cookie);
	UNIT_RUN(no_part_is_a_hello);
	UNIT_RUN(wrong_lists_are_refused);
	UNIT_RUN(names_and_protocols);
	UNIT_RUN(lists_of_numbers);
	UNIT_RUN(key_shares);
	UNIT_RUN(psks);
	UNIT_RUN(grease);
	return unit_end();
}
