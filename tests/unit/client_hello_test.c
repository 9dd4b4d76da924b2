/*
 * ClientHellos are read from their bytes, and their fingerprints are those that
 * others have published.
 */
#include "base/client_hello.h"
#include "base/fingerprint.h"
#include "unit.h"

#define BYTES(...) \
	(const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ })

/* A message that is made piece by piece. */
struct message {
	bool datagrams;
	size_t size;
	size_t extensions; /* where their length stands; 0: there are none */
	uint8_t data[16 * 1024];
};

static void
add(struct message *message, const void *data, size_t size)
{
	CHECK(size <= sizeof(message->data) - message->size);
	if (size > 0)
		memcpy(message->data + message->size, data, size);
	message->size += size;
}

static void
add_number(struct message *message, size_t width, size_t number)
{
	uint8_t byte;

	while (width-- > 0) {
		byte = (uint8_t)(number >> 8 * width);
		add(message, &byte, 1);
	}
}

static void
set_number(struct message *message, size_t at, size_t width, size_t number)
{
	while (width-- > 0)
		message->data[at++] = (uint8_t)(number >> 8 * width);
}

/* Makes the lengths fit what was added. */
static void
finish(struct message *message)
{
	size_t header = message->datagrams ? 12 : 4;

	if (message->extensions != 0)
		set_number(message, message->extensions, 2,
		    message->size - message->extensions - 2);
	set_number(message, 1, 3, message->size - header);
	if (message->datagrams)
		set_number(message, 9, 3, message->size - header);
}

/* Numbers with "-" between them, each of width bytes. Returns their size. */
static size_t
add_numbers(struct message *message, const char *numbers, size_t width)
{
	size_t before = message->size;
	char *end;

	while (*numbers != '\0') {
		add_number(message, width, strtoul(numbers, &end, 0));
		numbers = *end == '-' ? end + 1 : end;
	}
	return message->size - before;
}

/* All up to the extensions; suites: their numbers. */
static void
begin(struct message *message, unsigned version, const char *suites,
    bool datagrams)
{
	uint8_t random[32];
	size_t at;

	memset(random, 7, sizeof(random));
	*message = (struct message){ .datagrams = datagrams };
	add_number(message, 4, 0x01000000);
	if (datagrams)
		add_number(message, 8, 0);
	add_number(message, 2, version);
	add(message, random, sizeof(random));
	add(message, BYTES(3, 'S', 'I', 'D'));
	if (datagrams)
		add(message, BYTES(2, 'C', 'K'));
	at = message->size;
	add_number(message, 2, 0);
	set_number(message, at, 2, add_numbers(message, suites, 2));
	add(message, BYTES(1, 0));
	finish(message);
}

static void
extension(struct message *message, unsigned type, const void *data, size_t size)
{
	if (message->extensions == 0) {
		message->extensions = message->size;
		add_number(message, 2, 0);
	}
	add_number(message, 2, type);
	add_number(message, 2, size);
	add(message, data, size);
	finish(message);
}

/* An extension that is a list of numbers behind its length. */
static void
list_extension(struct message *message, unsigned type, size_t length_width,
    const char *numbers, size_t width)
{
	struct message list = { 0 };
	size_t size;

	add_number(&list, length_width, 0);
	size = add_numbers(&list, numbers, width);
	set_number(&list, 0, length_width, size);
	extension(message, type, list.data, list.size);
}

/* Parses a copy on the heap: a sanitizer notices a read beyond its end. */
static int
parse(const struct message *message, size_t size, struct client_hello *hello)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	int result;

	CHECK(copy != NULL);
	memcpy(copy, message->data, size);
	result = client_hello_parse(hello, copy, size, message->datagrams);
	free(copy);
	return result;
}

static struct client_hello
read_hello(const struct message *message)
{
	struct client_hello hello;

	CHECK(client_hello_parse(&hello, message->data, message->size,
		  message->datagrams) == 0);
	return hello;
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
	struct message message;
	struct client_hello hello;
	struct hello_span rest, data;
	uint16_t type;

	begin(&message, 0x0303, "0x1301-0xc02b-0x00ff", false);
	hello = read_hello(&message);
	CHECK(hello.version == 0x0303 && !hello.has_extensions);
	CHECK(hello.random.size == 32 && is(hello.session_id, "SID"));
	CHECK(hello.cookie.size == 0 && hello.compressions.size == 1);
	CHECK(hello_numbers(hello.cipher_suites) == 3);
	CHECK(hello_number(hello.cipher_suites, 1) == 0xc02b);
	CHECK(hello_has_number(hello.cipher_suites, 0x00ff));
	CHECK(!hello_has_number(hello.cipher_suites, 0xff00));
	CHECK(!client_hello_find(&hello, 0, NULL));

	extension(&message, 0x1234, "ab", 2);
	extension(&message, 23, "", 0);
	hello = read_hello(&message);
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
	struct message message;
	struct client_hello hello;

	begin(&message, 0xfefd, "0xc02b", true);
	extension(&message, 23, "", 0);
	hello = read_hello(&message);
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
	struct message message;
	struct client_hello hello;
	size_t size;
	int datagrams;

	for (datagrams = 0; datagrams < 2; datagrams++) {
		begin(&message, 0x0303, "0x1301-0x1302", datagrams != 0);
		extension(&message, 35, "ticket", 6);
		CHECK(parse(&message, message.size, &hello) == 0);
		for (size = 0; size < message.size; size++)
			CHECK(parse(&message, size, &hello) == -1);
		CHECK(parse(&message, message.size + 1, &hello) == -1);
		/* The length in the header is right, those inside are not. */
		add(&message, "x", 1);
		set_number(&message, 1, 3,
		    message.size - (message.datagrams ? 12 : 4));
		if (datagrams)
			set_number(&message, 9, 3, message.size - 12);
		CHECK(parse(&message, message.size, &hello) == -1);
	}
}

static void
wrong_lists_are_refused(void)
{
	struct message message;
	struct client_hello hello;
	unsigned i;

	begin(&message, 0x0303, "0x1301", false);
	message.data[0] = 2;
	CHECK(parse(&message, message.size, &hello) == -1);
	/* No suites, and half a suite. */
	begin(&message, 0x0303, "", false);
	CHECK(parse(&message, message.size, &hello) == -1);
	begin(&message, 0x0303, "0x1301", false);
	message.data[message.size - 5] = 1;
	CHECK(parse(&message, message.size, &hello) == -1);
	/* A session ID that is too long. */
	begin(&message, 0x0303, "0x1301", false);
	message.data[4 + 2 + 32] = 33;
	CHECK(parse(&message, message.size, &hello) == -1);
	/* An extension twice, and too many. */
	begin(&message, 0x0303, "0x1301", false);
	extension(&message, 5, "", 0);
	extension(&message, 6, "", 0);
	CHECK(parse(&message, message.size, &hello) == 0);
	extension(&message, 5, "", 0);
	CHECK(parse(&message, message.size, &hello) == -1);
	begin(&message, 0x0303, "0x1301", false);
	for (i = 0; i < CLIENT_HELLO_EXTENSIONS_MAX; i++)
		extension(&message, i, "", 0);
	CHECK(parse(&message, message.size, &hello) == 0);
	extension(&message, i, "", 0);
	CHECK(parse(&message, message.size, &hello) == -1);
}

static void
names_and_protocols(void)
{
	struct message message;
	struct client_hello hello;
	struct hello_span span, rest;

	begin(&message, 0x0303, "0x1301", false);
	extension(&message, 0, BYTES(0, 6, 0, 0, 3, 'a', '.', 'b'));
	extension(&message, 16, BYTES(0, 6, 2, 'h', '2', 2, 'h', '3'));
	hello = read_hello(&message);
	CHECK(client_hello_server_name(&hello, &span) && is(span, "a.b"));
	CHECK(client_hello_alpn(&hello, &rest));
	CHECK(hello_next_protocol(&rest, &span) && is(span, "h2"));
	CHECK(hello_next_protocol(&rest, &span) && is(span, "h3"));
	CHECK(!hello_next_protocol(&rest, &span));

	/* A NUL in the name, an empty protocol, bytes behind both. */
	begin(&message, 0x0303, "0x1301", false);
	extension(&message, 0, BYTES(0, 6, 0, 0, 3, 'a', 0, 'b'));
	extension(&message, 16, BYTES(0, 4, 2, 'h', '2', 0));
	hello = read_hello(&message);
	CHECK(!client_hello_server_name(&hello, &span));
	CHECK(!client_hello_alpn(&hello, &rest));
	begin(&message, 0x0303, "0x1301", false);
	extension(&message, 0, BYTES(0, 6, 0, 0, 3, 'a', '.', 'b', 'c'));
	extension(&message, 16, BYTES(0, 3, 2, 'h', '2', 'x'));
	hello = read_hello(&message);
	CHECK(!client_hello_server_name(&hello, &span));
	CHECK(!client_hello_alpn(&hello, &rest));
}

static void
lists_of_numbers(void)
{
	struct message message;
	struct client_hello hello;
	struct hello_span span;
	uint16_t highest, lowest;

	begin(&message, 0x0303, "0x1301", false);
	client_hello_versions(
	    &(struct client_hello){ .version = 0x0301 }, &highest, &lowest);
	CHECK(highest == 0x0301 && lowest == 0x0301);
	list_extension(&message, 10, 2, "29-23", 2);
	list_extension(&message, 11, 1, "0-1", 1);
	list_extension(&message, 43, 1, "0x3a3a-0x0303-0x0304-0x0302", 2);
	extension(&message, 13, BYTES(0, 3, 4, 3, 8));
	extension(&message, 5, BYTES(1, 0, 0, 0, 0));
	hello = read_hello(&message);
	CHECK(client_hello_list(&hello, HELLO_SUPPORTED_GROUPS, &span));
	CHECK(hello_numbers(span) == 2 && hello_number(span, 0) == 29);
	CHECK(client_hello_bytes(&hello, HELLO_EC_POINT_FORMATS, &span));
	CHECK(span.size == 2 && span.at[1] == 1);
	CHECK(!client_hello_list(&hello, HELLO_SIGNATURE_ALGORITHMS, &span));
	CHECK(!client_hello_list(&hello, HELLO_COMPRESS_CERTIFICATE, &span));
	CHECK(client_hello_asks_ocsp(&hello));
	client_hello_versions(&hello, &highest, &lowest);
	CHECK(highest == 0x0304 && lowest == 0x0302);

	begin(&message, 0xfefd, "0x1301", true);
	list_extension(&message, 43, 1, "0xfefd-0xfefc-0x0304", 2);
	hello = read_hello(&message);
	client_hello_versions(&hello, &highest, &lowest);
	CHECK(highest == 0xfefc && lowest == 0xfefd);
}

static void
key_shares(void)
{
	struct message message;
	struct client_hello hello;
	struct hello_span rest, key;
	uint16_t group;

	begin(&message, 0x0303, "0x1301", false);
	extension(&message, 51,
	    BYTES(0, 11, 0, 29, 0, 1, 'a', 0, 23, 0, 2, 'b', 'c'));
	hello = read_hello(&message);
	CHECK(client_hello_key_shares(&hello, &rest));
	CHECK(hello_next_key_share(&rest, &group, &key));
	CHECK(group == 29 && is(key, "a"));
	CHECK(hello_next_key_share(&rest, &group, &key));
	CHECK(group == 23 && is(key, "bc"));
	CHECK(!hello_next_key_share(&rest, &group, &key));
	/* None is a good list, an empty key is not. */
	begin(&message, 0x0303, "0x1301", false);
	extension(&message, 51, BYTES(0, 0));
	hello = read_hello(&message);
	CHECK(client_hello_key_shares(&hello, &rest) && rest.size == 0);
	begin(&message, 0x0303, "0x1301", false);
	extension(&message, 51, BYTES(0, 4, 0, 29, 0, 0));
	hello = read_hello(&message);
	CHECK(!client_hello_key_shares(&hello, &rest));
}

/* Two identities; binders: how many, and how long the last one is. */
static void
psk_extension(struct message *message, size_t binders, size_t last)
{
	struct message data = { 0 };
	uint8_t binder[255];
	size_t i, at;

	memset(binder, 'b', sizeof(binder));
	add(&data,
	    BYTES(0, 15, 0, 1, 'x', 0, 0, 0, 9, 0, 2, 'y', 'z', 1, 2, 3, 4));
	at = data.size;
	add_number(&data, 2, 0);
	for (i = 1; i <= binders; i++) {
		add_number(&data, 1, i == binders ? last : 32);
		add(&data, binder, i == binders ? last : 32);
	}
	set_number(&data, at, 2, data.size - at - 2);
	extension(message, 41, data.data, data.size);
}

static void
psks(void)
{
	struct message message;
	struct client_hello hello;
	struct hello_psks rest;
	struct hello_psk psk;
	struct hello_span modes;

	begin(&message, 0x0303, "0x1301", false);
	list_extension(&message, 45, 1, "1", 1);
	psk_extension(&message, 2, 48);
	hello = read_hello(&message);
	CHECK(client_hello_bytes(&hello, HELLO_PSK_KEY_EXCHANGE_MODES, &modes));
	CHECK(client_hello_psks(&hello, &rest));
	CHECK(hello_next_psk(&rest, &psk));
	CHECK(is(psk.identity, "x") && psk.age == 9 && psk.binder.size == 32);
	CHECK(hello_next_psk(&rest, &psk));
	CHECK(is(psk.identity, "yz") && psk.age == 0x01020304);
	CHECK(psk.binder.size == 48);
	CHECK(!hello_next_psk(&rest, &psk));
	/* It must be the last extension. */
	extension(&message, 23, "", 0);
	hello = read_hello(&message);
	CHECK(!client_hello_psks(&hello, &rest));
	/* A binder is missing, too many, too short. */
	begin(&message, 0x0303, "0x1301", false);
	psk_extension(&message, 1, 32);
	hello = read_hello(&message);
	CHECK(!client_hello_psks(&hello, &rest));
	begin(&message, 0x0303, "0x1301", false);
	psk_extension(&message, 3, 32);
	hello = read_hello(&message);
	CHECK(!client_hello_psks(&hello, &rest));
	begin(&message, 0x0303, "0x1301", false);
	psk_extension(&message, 2, 31);
	hello = read_hello(&message);
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

/*
 * What clients offer, in the words of JA3, and the signature algorithms. The
 * rest of a hello does not matter for fingerprints. Sources: the README of
 * github.com/salesforce/ja3; expected results of captures in
 * github.com/FoxIO-LLC/ja4 (technical_details/JA4.md, python/test/testdata);
 * results that users of browsers have published.
 */
static const struct known {
	const char *client;
	bool datagrams;
	unsigned version;
	const char *suites, *extensions, *groups, *formats, *algorithms;
	const char *versions; /* supported_versions */
	const char *ja3, *ja4; /* NULL: not published */
} known[] = {
	{ "the first example of JA3", false, 769,
	    "47-53-5-10-49161-49162-49171-49172-50-56-19-4", "0-10-11",
	    "23-24-25", "0", NULL, NULL, "ada70206e40642a3e4461f35503241d5",
	    NULL },
	{ "the example without extensions", false, 769,
	    "4-5-10-9-100-98-3-6-19-18-99", NULL, NULL, NULL, NULL, NULL,
	    "de350869b8c85de67a350c8d186f11e6", NULL },
	{ "Chrome 104", false, 771,
	    "0x1a1a-4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-"
	    "49172-156-157-47-53",
	    "0x2a2a-0-23-65281-10-11-35-16-5-13-18-51-45-43-27-17513-0x3a3a-21",
	    "0x4a4a-29-23-24", "0",
	    "0x0403-0x0804-0x0401-0x0503-0x0805-0x0501-0x0806-0x0601",
	    "0x5a5a-0x0304-0x0303", "cd08e31494f9531f560d64c695473da9",
	    "t13d1516h2_8daaf6152771_e5627efa2ab1" },
	{ "Firefox 107", false, 771,
	    "4865-4867-4866-49195-49199-52393-52392-49196-49200-49162-49161-"
	    "49171-49172-156-157-47-53",
	    "0-23-65281-10-11-35-16-5-34-51-43-13-45-28-21",
	    "29-23-24-25-256-257", "0",
	    "0x0403-0x0503-0x0603-0x0804-0x0805-0x0806-0x0401-0x0501-0x0601-"
	    "0x0203-0x0201",
	    "0x0304-0x0303", "579ccef312d18482fc42e2b822ca2430",
	    "t13d1715h2_5b57614c22b0_3d5424432f57" },
	{ "Firefox with ECH", false, 771,
	    "4865-4867-4866-49195-49199-52393-52392-49196-49200-49162-49161-"
	    "49171-49172-156-157-47-53",
	    "0-23-65281-10-11-35-16-5-34-51-43-13-45-28-65037",
	    "29-23-24-25-256-257", "0",
	    "0x0403-0x0503-0x0603-0x0804-0x0805-0x0806-0x0401-0x0501-0x0601-"
	    "0x0203-0x0201",
	    "0x0304-0x0303", "b5001237acdf006056b409cc433726b0",
	    "t13d1715h2_5b57614c22b0_5c2c66f702b0" },
	{ "Firefox with ML-KEM", false, 771,
	    "4865-4867-4866-49195-49199-52393-52392-49196-49200-49171-49172-"
	    "156-157-47-53",
	    "0-23-65281-10-11-35-16-5-34-18-51-43-13-45-28-27-65037",
	    "4588-29-23-24-25", "0",
	    "0x0403-0x0503-0x0603-0x0804-0x0805-0x0806-0x0401-0x0501-0x0601-"
	    "0x0203-0x0201",
	    "0x0304-0x0303", "9d42e90b0225e779f03141ddcd699df2",
	    "t13d1517h2_8daaf6152771_3cbfd9057e0d" },
	{ "Safari 16", false, 771,
	    "0xaaaa-4865-4866-4867-49196-49195-52393-49200-49199-52392-49162-"
	    "49161-49172-49171-157-156-53-47-49160-49170-10",
	    "0xbaba-0-23-65281-10-11-16-5-13-18-51-45-43-27-0xcaca-21",
	    "0xdada-29-23-24-25", "0",
	    "0x0403-0x0804-0x0401-0x0503-0x0203-0x0805-0x0805-0x0501-0x0806-"
	    "0x0601-0x0201",
	    "0xeaea-0x0304-0x0303", "773906b0efdefa24a7f2b8eb6985bf37",
	    "t13d2014h2_a09f3c656075_14788d8d241b" },
	{ "wininet of Windows 10", false, 771,
	    "49196-49195-49200-49199-49188-49187-49192-49191-49162-49161-49172-"
	    "49171-157-156-61-60-53-47-10",
	    "0-5-10-11-13-35-23-65281", "29-23-24", "0",
	    "0x0804-0x0805-0x0806-0x0401-0x0501-0x0201-0x0403-0x0503-0x0203-"
	    "0x0202-0x0601-0x0603",
	    NULL, NULL, "t12d190800_d83cc789557e_7af1ed941c26" },
};

/* The numbers of JA3's list of extensions, each with its contents. */
static void
add_extensions(struct message *message, const struct known *client)
{
	const char *at = client->extensions;
	unsigned type;
	char *end;

	for (; at != NULL && *at != '\0'; at = *end == '-' ? end + 1 : end) {
		type = (unsigned)strtoul(at, &end, 0);
		if (type == 0)
			extension(message, 0, BYTES(0, 4, 0, 0, 1, 'a'));
		else if (type == 10)
			list_extension(message, 10, 2, client->groups, 2);
		else if (type == 11)
			list_extension(message, 11, 1, client->formats, 1);
		else if (type == 13 && client->algorithms != NULL)
			list_extension(message, 13, 2, client->algorithms, 2);
		else if (type == 16)
			extension(message, 16, BYTES(0, 3, 2, 'h', '2'));
		else if (type == 43 && client->versions != NULL)
			list_extension(message, 43, 1, client->versions, 2);
		else
			extension(message, type, "", 0);
	}
}

static void
published_fingerprints(void)
{
	const struct known *client;
	struct fingerprint fingerprint;
	struct client_hello hello;
	struct message message;

	for (client = known; client < known + sizeof(known) / sizeof(known[0]);
	     client++) {
		begin(&message, client->version, client->suites,
		    client->datagrams);
		add_extensions(&message, client);
		hello = read_hello(&message);
		fingerprint_take(&fingerprint, &hello);
		fingerprint_take(&fingerprint, &hello);
		printf("# %s: %s %s\n", client->client, fingerprint.ja3,
		    fingerprint.ja4);
		CHECK(client->ja3 == NULL ||
		    strcmp(fingerprint.ja3, client->ja3) == 0);
		CHECK(client->ja4 == NULL ||
		    strcmp(fingerprint.ja4, client->ja4) == 0);
	}
}

/* The examples of JA4.md. */
static void
protocols_in_ja4(void)
{
	static const struct {
		const char *protocol, *shown;
	} examples[] = {
		{ "h2", "h2" },
		{ "http/1.1", "h1" },
		{ "a", "aa" },
		{ "\xab", "ab" },
		{ "\x20", "20" },
		{ "\xab\xcd", "ad" },
		{ "\x20\x61", "21" },
		{ "\x30\xab", "3b" },
		{ "\x61\x20", "60" },
		{ "\x30\x31\xab\xcd", "3d" },
		{ "\x30\xab\xcd\x31", "01" },
	};
	struct fingerprint fingerprint;
	struct client_hello hello;
	struct message message, data;
	size_t i, size;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		size = strlen(examples[i].protocol);
		data = (struct message){ 0 };
		add_number(&data, 2, size + 1);
		add_number(&data, 1, size);
		add(&data, examples[i].protocol, size);
		begin(&message, 0x0303, "0x1301", false);
		extension(&message, 16, data.data, data.size);
		hello = read_hello(&message);
		fingerprint_take(&fingerprint, &hello);
		CHECK(strncmp(fingerprint.ja4, "t12i0101", 8) == 0);
		CHECK(strncmp(fingerprint.ja4 + 8, examples[i].shown, 2) == 0);
		/* Nothing else is in the list of extensions. */
		CHECK(strcmp(fingerprint.ja4 + 23, "_000000000000") == 0);
	}
}

static void
fingerprints_of_datagrams(void)
{
	struct fingerprint fingerprint;
	struct client_hello hello;
	struct message message;
	char suites[4096] = "";
	size_t i;

	begin(&message, 0xfefd, "0xc02b", true);
	hello = read_hello(&message);
	fingerprint_take(&fingerprint, &hello);
	CHECK(strncmp(fingerprint.ja4, "dd2i010000_", 11) == 0);
	begin(&message, 0x0303, "0x0a0a", false);
	hello = read_hello(&message);
	fingerprint_take(&fingerprint, &hello);
	CHECK(strcmp(fingerprint.ja4, "t12i000000_000000000000_000000000000") ==
	    0);
	for (i = 0; i < FINGERPRINT_SUITES_MAX; i++) {
		suites[2 * i] = '1';
		suites[2 * i + 1] = '-';
	}
	begin(&message, 0x0303, suites, false);
	hello = read_hello(&message);
	fingerprint_take(&fingerprint, &hello);
	CHECK(strncmp(fingerprint.ja4, "t12i990000_", 11) == 0);
	suites[2 * i] = '1';
	begin(&message, 0x0303, suites, false);
	hello = read_hello(&message);
	fingerprint_take(&fingerprint, &hello);
	CHECK(fingerprint.ja3[0] == '\0' && fingerprint.ja4[0] == '\0');
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
	fingerprint_open();
	UNIT_RUN(published_fingerprints);
	/* Now the last client is known, and the first one is not. */
	UNIT_RUN(published_fingerprints);
	UNIT_RUN(protocols_in_ja4);
	UNIT_RUN(fingerprints_of_datagrams);
	fingerprint_close();
	return unit_end();
}
