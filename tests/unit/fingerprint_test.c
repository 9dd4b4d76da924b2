/*
 * Fingerprints of clients are those that others have published.
 */
#include "base/fingerprint.h"
#include "hello_message.h"
#include "unit.h"

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
add_extensions(struct hello_message *message, const struct known *client)
{
	const char *at = client->extensions;
	unsigned type;
	char *end;

	for (; at != NULL && *at != '\0'; at = *end == '-' ? end + 1 : end) {
		type = (unsigned)strtoul(at, &end, 0);
		if (type == 0)
			hello_extension(message, 0, BYTES(0, 4, 0, 0, 1, 'a'));
		else if (type == 10)
			hello_list_extension(message, 10, 2, client->groups, 2);
		else if (type == 11)
			hello_list_extension(
			    message, 11, 1, client->formats, 1);
		else if (type == 13 && client->algorithms != NULL)
			hello_list_extension(
			    message, 13, 2, client->algorithms, 2);
		else if (type == 16)
			hello_extension(message, 16, BYTES(0, 3, 2, 'h', '2'));
		else if (type == 43 && client->versions != NULL)
			hello_list_extension(
			    message, 43, 1, client->versions, 2);
		else
			hello_extension(message, type, "", 0);
	}
}

static void
published_fingerprints(void)
{
	const struct known *client;
	struct fingerprint fingerprint;
	struct client_hello hello;
	struct hello_message message;

	for (client = known; client < known + sizeof(known) / sizeof(known[0]);
	     client++) {
		hello_begin(&message, client->version, client->suites,
		    client->datagrams);
		add_extensions(&message, client);
		hello = hello_read(&message);
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
	struct hello_message message, data;
	size_t i, size;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		size = strlen(examples[i].protocol);
		data = (struct hello_message){ 0 };
		hello_add_number(&data, 2, size + 1);
		hello_add_number(&data, 1, size);
		hello_add(&data, examples[i].protocol, size);
		hello_begin(&message, 0x0303, "0x1301", false);
		hello_extension(&message, 16, data.data, data.size);
		hello = hello_read(&message);
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
	struct hello_message message;
	char suites[4096] = "";
	size_t i;

	hello_begin(&message, 0xfefd, "0xc02b", true);
	hello = hello_read(&message);
	fingerprint_take(&fingerprint, &hello);
	CHECK(strncmp(fingerprint.ja4, "dd2i010000_", 11) == 0);
	hello_begin(&message, 0x0303, "0x0a0a", false);
	hello = hello_read(&message);
	fingerprint_take(&fingerprint, &hello);
	CHECK(strcmp(fingerprint.ja4, "t12i000000_000000000000_000000000000") ==
	    0);
	for (i = 0; i < FINGERPRINT_SUITES_MAX; i++) {
		suites[2 * i] = '1';
		suites[2 * i + 1] = '-';
	}
	hello_begin(&message, 0x0303, suites, false);
	hello = hello_read(&message);
	fingerprint_take(&fingerprint, &hello);
	CHECK(strncmp(fingerprint.ja4, "t12i990000_", 11) == 0);
	suites[2 * i] = '1';
	hello_begin(&message, 0x0303, suites, false);
	hello = hello_read(&message);
	fingerprint_take(&fingerprint, &hello);
	CHECK(fingerprint.ja3[0] == '\0' && fingerprint.ja4[0] == '\0');
}

int
main(void)
{
	fingerprint_open();
	UNIT_RUN(published_fingerprints);
	/* Now the last client is known, and the first one is not. */
	UNIT_RUN(published_fingerprints);
	UNIT_RUN(protocols_in_ja4);
	UNIT_RUN(fingerprints_of_datagrams);
	fingerprint_close();
	return unit_end();
}
