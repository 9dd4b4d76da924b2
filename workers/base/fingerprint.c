#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/fingerprint.h"
#include "foundation/decimal.h"

#define JA3_SIZE   32 /* digits */
#define PIECE	   12 /* digits of each digest in JA4 */
#define COUNT_MAX  99
#define NO_NUMBERS "000000000000"

/* Bytes that are digested at once. */
#define TEXT_MAX 1024

/*
 * What makes one of the digests. Fetched and allocated once, because that takes
 * longer than a digest.
 */
struct digester {
	EVP_MD *md; /* NULL: the library has none */
	EVP_MD_CTX *ctx;
};

/* A text that is being made for a digester. */
struct digest {
	struct digester *digester;
	size_t size; /* of text, which is not digested yet */
	char text[TEXT_MAX];
};

/* Numbers without GREASE. */
struct numbers {
	size_t count;
	uint16_t number[FINGERPRINT_SUITES_MAX];
};

_Static_assert(FINGERPRINT_SUITES_MAX >= CLIENT_HELLO_EXTENSIONS_MAX,
    "the extensions of a ClientHello must fit");

static void digester_open(struct digester *, const char *);
static void digester_close(struct digester *);
static void fingerprint_ja3(char *, const struct client_hello *);
static void fingerprint_ja4(char *, const struct client_hello *);
static void ja3_list(struct digest *, struct hello_span);
static void ja3_extensions(struct digest *, const struct client_hello *);
static void ja3_formats(struct digest *, const struct client_hello *);
static void ja4_head(char *, const struct client_hello *, size_t, size_t);
static const char *ja4_version(const struct client_hello *);
static void ja4_count(char *, size_t);
static void ja4_protocol(char *, const struct client_hello *);
static void ja4_suites(char *, const struct numbers *);
static void
ja4_extensions(char *, const struct numbers *, const struct client_hello *);
static bool ja4_list(struct digest *, const struct numbers *, bool);
static void numbers_of_suites(struct numbers *, const struct client_hello *);
static void
numbers_of_extensions(struct numbers *, const struct client_hello *);
static void numbers_add(struct numbers *, uint16_t);
static void numbers_sort(struct numbers *);
static void digest_begin(struct digest *, struct digester *);
static void digest_char(struct digest *, char);
static void digest_text(struct digest *, const char *, size_t);
static void digest_decimal(struct digest *, unsigned);
static void digest_hexadecimal(struct digest *, unsigned);
static void digest_flush(struct digest *);
static void digest_end(struct digest *, char *, size_t);
static bool is_alphanumeric(uint8_t);
static char hex_digit(unsigned);

static struct digester digester_ja3, digester_suites, digester_extensions;

void
fingerprint_open(void)
{
	ERR_set_mark();
	digester_open(&digester_ja3, "MD5");
	digester_open(&digester_suites, "SHA256");
	digester_open(&digester_extensions, "SHA256");
	ERR_pop_to_mark();
}

void
fingerprint_close(void)
{
	digester_close(&digester_ja3);
	digester_close(&digester_suites);
	digester_close(&digester_extensions);
}

static void
digester_open(struct digester *digester, const char *name)
{
	digester->md = EVP_MD_fetch(NULL, name, NULL);
	digester->ctx = EVP_MD_CTX_new();
	if (digester->md == NULL || digester->ctx == NULL ||
	    EVP_DigestInit_ex(digester->ctx, digester->md, NULL) != 1)
		digester_close(digester);
}

static void
digester_close(struct digester *digester)
{
	EVP_MD_CTX_free(digester->ctx);
	EVP_MD_free(digester->md);
	*digester = (struct digester){ 0 };
}

void
fingerprint_take(
    struct fingerprint *fingerprint, const struct client_hello *hello)
{
	*fingerprint = (struct fingerprint){ 0 };
	if (hello_numbers(hello->cipher_suites) > FINGERPRINT_SUITES_MAX)
		return;
	if (digester_ja3.md != NULL)
		fingerprint_ja3(fingerprint->ja3, hello);
	if (digester_suites.md != NULL && digester_extensions.md != NULL)
		fingerprint_ja4(fingerprint->ja4, hello);
}

static void
fingerprint_ja3(char *out, const struct client_hello *hello)
{
	struct hello_span groups;
	struct digest digest;

	digest_begin(&digest, &digester_ja3);
	digest_decimal(&digest, hello->version);
	digest_char(&digest, ',');
	ja3_list(&digest, hello->cipher_suites);
	digest_char(&digest, ',');
	ja3_extensions(&digest, hello);
	digest_char(&digest, ',');
	if (client_hello_list(hello, HELLO_SUPPORTED_GROUPS, &groups))
		ja3_list(&digest, groups);
	digest_char(&digest, ',');
	ja3_formats(&digest, hello);
	digest_end(&digest, out, JA3_SIZE);
}

static void
ja3_list(struct digest *digest, struct hello_span list)
{
	bool first = true;
	size_t i;

	for (i = 0; i < hello_numbers(list); i++) {
		if (hello_is_grease(hello_number(list, i)))
			continue;
		if (!first)
			digest_char(digest, '-');
		digest_decimal(digest, hello_number(list, i));
		first = false;
	}
}

static void
ja3_extensions(struct digest *digest, const struct client_hello *hello)
{
	struct hello_span rest = hello->extensions, data;
	bool first = true;
	uint16_t type;

	while (hello_next_extension(&rest, &type, &data)) {
		if (hello_is_grease(type))
			continue;
		if (!first)
			digest_char(digest, '-');
		digest_decimal(digest, type);
		first = false;
	}
}

static void
ja3_formats(struct digest *digest, const struct client_hello *hello)
{
	struct hello_span formats;
	size_t i;

	if (!client_hello_bytes(hello, HELLO_EC_POINT_FORMATS, &formats))
		return;
	for (i = 0; i < formats.size; i++) {
		if (i > 0)
			digest_char(digest, '-');
		digest_decimal(digest, formats.at[i]);
	}
}

static void
fingerprint_ja4(char *out, const struct client_hello *hello)
{
	struct numbers suites, extensions;

	numbers_of_suites(&suites, hello);
	numbers_of_extensions(&extensions, hello);
	ja4_head(out, hello, suites.count, extensions.count);
	out += strlen(out);
	ja4_suites(out, &suites);
	ja4_extensions(out + strlen(out), &extensions, hello);
}

/* Writes "t13d1516h2_". */
static void
ja4_head(char *out, const struct client_hello *hello, size_t suites,
    size_t extensions)
{
	const char *version = ja4_version(hello);

	out[0] = hello->datagrams ? 'd' : 't';
	out[1] = version[0];
	out[2] = version[1];
	out[3] = client_hello_find(hello, HELLO_SERVER_NAME, NULL) ? 'd' : 'i';
	ja4_count(out + 4, suites);
	ja4_count(out + 6, extensions);
	ja4_protocol(out + 8, hello);
	out[10] = '_';
	out[11] = '\0';
}

static const char *
ja4_version(const struct client_hello *hello)
{
	uint16_t highest, lowest;

	client_hello_versions(hello, &highest, &lowest);
	switch (highest) {
	case 0x0300:
		return "s3";
	case 0x0301:
		return "10";
	case 0x0302:
		return "11";
	case 0x0303:
		return "12";
	case 0x0304:
		return "13";
	case 0xfeff:
		return "d1";
	case 0xfefd:
		return "d2";
	case 0xfefc:
		return "d3";
	default:
		return "00";
	}
}

static void
ja4_count(char *out, size_t count)
{
	if (count > COUNT_MAX)
		count = COUNT_MAX;
	out[0] = (char)('0' + count / 10);
	out[1] = (char)('0' + count % 10);
}

/*
 * The first and the last character of the first protocol; if one of them is no
 * letter or digit, the first and the last hexadecimal digit.
 */
static void
ja4_protocol(char *out, const struct client_hello *hello)
{
	struct hello_span rest, protocol;
	uint8_t first, last;

	out[0] = out[1] = '0';
	if (!client_hello_alpn(hello, &rest) ||
	    !hello_next_protocol(&rest, &protocol))
		return;
	first = protocol.at[0];
	last = protocol.at[protocol.size - 1];
	if (is_alphanumeric(first) && is_alphanumeric(last)) {
		out[0] = (char)first;
		out[1] = (char)last;
	} else {
		out[0] = hex_digit(first >> 4);
		out[1] = hex_digit(last & 0xf);
	}
}

/* Writes "8daaf6152771_". */
static void
ja4_suites(char *out, const struct numbers *suites)
{
	struct digest digest;

	digest_begin(&digest, &digester_suites);
	if (ja4_list(&digest, suites, false))
		digest_end(&digest, out, PIECE);
	else
		memcpy(out, NO_NUMBERS, PIECE);
	out[PIECE] = '_';
	out[PIECE + 1] = '\0';
}

/* Writes "e5627efa2ab1". Signature algorithms stay in the client's order. */
static void
ja4_extensions(char *out, const struct numbers *extensions,
    const struct client_hello *hello)
{
	struct hello_span algorithms;
	struct digest digest;
	char separator = '_';
	size_t i;

	out[PIECE] = '\0';
	digest_begin(&digest, &digester_extensions);
	if (!ja4_list(&digest, extensions, true)) {
		memcpy(out, NO_NUMBERS, PIECE);
		return;
	}
	if (!client_hello_list(hello, HELLO_SIGNATURE_ALGORITHMS, &algorithms))
		algorithms.size = 0;
	for (i = 0; i < hello_numbers(algorithms); i++) {
		if (hello_is_grease(hello_number(algorithms, i)))
			continue;
		digest_char(&digest, separator);
		digest_hexadecimal(&digest, hello_number(algorithms, i));
		separator = ',';
	}
	digest_end(&digest, out, PIECE);
}

/*
 * The name and ALPN, which depend on the server and not on the client, are left
 * out of the extensions. Returns false if no number is left.
 */
static bool
ja4_list(struct digest *digest, const struct numbers *numbers, bool extensions)
{
	bool any = false;
	uint16_t number;
	size_t i;

	for (i = 0; i < numbers->count; i++) {
		number = numbers->number[i];
		if (extensions &&
		    (number == HELLO_SERVER_NAME || number == HELLO_ALPN))
			continue;
		if (any)
			digest_char(digest, ',');
		digest_hexadecimal(digest, number);
		any = true;
	}
	return any;
}

static void
numbers_of_suites(struct numbers *numbers, const struct client_hello *hello)
{
	struct hello_span suites = hello->cipher_suites;
	size_t i;

	numbers->count = 0;
	for (i = 0; i < hello_numbers(suites); i++)
		numbers_add(numbers, hello_number(suites, i));
	numbers_sort(numbers);
}

static void
numbers_of_extensions(struct numbers *numbers, const struct client_hello *hello)
{
	struct hello_span rest = hello->extensions, data;
	uint16_t type;

	numbers->count = 0;
	while (hello_next_extension(&rest, &type, &data))
		numbers_add(numbers, type);
	numbers_sort(numbers);
}

static void
numbers_add(struct numbers *numbers, uint16_t number)
{
	if (!hello_is_grease(number))
		numbers->number[numbers->count++] = number;
}

/* For the few numbers that clients send, faster than qsort(3). */
static void
numbers_sort(struct numbers *numbers)
{
	uint16_t *at = numbers->number, number;
	size_t i, to;

	for (i = 1; i < numbers->count; i++) {
		number = at[i];
		for (to = i; to > 0 && at[to - 1] > number; to--)
			at[to] = at[to - 1];
		at[to] = number;
	}
}

static void
digest_begin(struct digest *digest, struct digester *digester)
{
	digest->digester = digester;
	digest->size = 0;
	EVP_DigestInit_ex(digester->ctx, digester->md, NULL);
}

static void
digest_char(struct digest *digest, char c)
{
	digest_text(digest, &c, 1);
}

static void
digest_text(struct digest *digest, const char *text, size_t size)
{
	if (sizeof(digest->text) - digest->size < size)
		digest_flush(digest);
	memcpy(digest->text + digest->size, text, size);
	digest->size += size;
}

static void
digest_flush(struct digest *digest)
{
	EVP_DigestUpdate(digest->digester->ctx, digest->text, digest->size);
	digest->size = 0;
}

static void
digest_decimal(struct digest *digest, unsigned number)
{
	char figures[DECIMAL_MAX];

	digest_text(digest, figures,
	    (size_t)(decimal_write(figures, number) - figures));
}

static void
digest_hexadecimal(struct digest *digest, unsigned number)
{
	const char digits[] = { hex_digit(number >> 12 & 0xf),
		hex_digit(number >> 8 & 0xf), hex_digit(number >> 4 & 0xf),
		hex_digit(number & 0xf) };

	digest_text(digest, digits, sizeof(digits));
}

/* Writes the first digits of the digest, without an end. */
static void
digest_end(struct digest *digest, char *out, size_t digits)
{
	uint8_t md[EVP_MAX_MD_SIZE];
	size_t i;

	digest_flush(digest);
	EVP_DigestFinal_ex(digest->digester->ctx, md, NULL);
	for (i = 0; i < digits; i++)
		out[i] =
		    hex_digit(i % 2 == 0 ? md[i / 2] >> 4 : md[i / 2] & 0xf);
}

static bool
is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z');
}

static char
hex_digit(unsigned value)
{
	return "0123456789abcdef"[value];
}
