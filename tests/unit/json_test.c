/* Lines of JSON: what is in quotes, what is too long, and what is no UTF-8. */
#include "foundation/json.h"
#include "unit.h"

#define CHECK_VALUE(in, out) check_value(in, sizeof(in) - 1, out)

static void
check_value(const char *in, size_t size, const char *out)
{
	/* On the heap, so that a sanitizer notices a read beyond the end. */
	char *copy = malloc(size > 0 ? size : 1), want[4096];
	struct textbuf text;
	struct json json;

	CHECK(copy != NULL);
	memcpy(copy, in, size);
	snprintf(want, sizeof(want), "{\"k\":\"%s\"}\n", out);
	textbuf_init(&text);
	json_begin(&json, &text);
	json_bytes(&json, "k", copy, size);
	json_end(&json);
	CHECK(strcmp(text.data, want) == 0);
	textbuf_free(&text);
	free(copy);
}

static void
members(void)
{
	struct textbuf text;
	struct json json;

	textbuf_init(&text);
	textbuf_puts(&text, "a line before\n");
	json_begin(&json, &text);
	json_string(&json, "s", "x");
	json_string(&json, "nothing", NULL);
	json_number(&json, "n", UINT64_MAX);
	json_integer(&json, "i", INT64_MIN);
	json_integer(&json, "j", 7);
	json_true(&json, "t");
	json_hex(&json, "h", "\x00\xff\x1a", 3);
	json_time(&json, "at", INT64_C(1700000000000042));
	json_open(&json, "o", '{');
	json_number(&json, "zero", 0);
	json_close(&json, '}');
	json_open(&json, "l", '[');
	json_string(&json, NULL, "a");
	json_string(&json, NULL, "");
	json_close(&json, ']');
	json_open(&json, "e", '[');
	json_close(&json, ']');
	json_end(&json);
	CHECK(strcmp(text.data,
		  "a line before\n{\"s\":\"x\",\"n\":18446744073709551615,"
		  "\"i\":-9223372036854775808,\"j\":7,\"t\":true,"
		  "\"h\":\"00ff1a\",\"at\":\"2023-11-14T22:13:20.000042Z\","
		  "\"o\":{\"zero\":0},\"l\":[\"a\",\"\"],\"e\":[]}\n") == 0);
	textbuf_free(&text);
}

static void
strings(void)
{
	CHECK_VALUE("", "");
	CHECK_VALUE("a\"b\\c/d", "a\\\"b\\\\c/d");
	CHECK_VALUE(
	    "\0\n\t\x1b[31m\x7f", "\\u0000\\u000a\\u0009\\u001b[31m\\u007f");
	CHECK_VALUE("gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x98\x80",
	    "gr\xc3\xbc\xc3\x9f\xe2\x82\xac\xf0\x9f\x98\x80");
	/* Control characters beyond ASCII command terminals, too. */
	CHECK_VALUE("\xc2\x9b\xc2\xa0", "\\u009b\xc2\xa0");
}

/* U+2000 and so on; a linter takes them for a trick where they stand whole. */
static void
check_code(unsigned code, bool escaped)
{
	const char in[] = { (char)0xe2, (char)(0x80 | (code >> 6 & 0x3f)),
		(char)(0x80 | (code & 0x3f)), '\0' };
	char want[16];

	snprintf(want, sizeof(want), "\\u%04x", code);
	check_value(in, 3, escaped ? want : in);
}

/* What turns text round, and its neighbours. */
static void
directions(void)
{
	unsigned code;

	for (code = 0x2000; code < 0x20c0; code++)
		check_code(code,
		    code == 0x200e || code == 0x200f ||
			(code >= 0x202a && code <= 0x202e) ||
			(code >= 0x2066 && code <= 0x2069));
}

#define BAD "\xef\xbf\xbd"

static void
what_is_no_utf8(void)
{
	CHECK_VALUE("\x80", BAD);
	CHECK_VALUE("a\xff", "a" BAD);
	CHECK_VALUE("\xc0\x80", BAD BAD); /* too long a form */
	CHECK_VALUE("\xe0\x9f\xbf", BAD BAD BAD);
	CHECK_VALUE("\xed\xa0\x80", BAD BAD BAD); /* a surrogate */
	CHECK_VALUE("\xf0\x8f\xbf\xbf", BAD BAD BAD BAD);
	CHECK_VALUE("\xf4\x90\x80\x80", BAD BAD BAD BAD);
	CHECK_VALUE("\xc3", BAD); /* cut in the middle */
	CHECK_VALUE("\xe2\x82", BAD BAD);
	CHECK_VALUE("\xf0\x9f\x98", BAD BAD BAD);
	CHECK_VALUE("\xe2\x82\"", BAD BAD "\\\"");
	CHECK_VALUE("\xf0\x9f\x98\x28", BAD BAD BAD "(");
}

static void
long_values(void)
{
	char *in = malloc(100000), want[2048];
	struct textbuf text;
	struct json json;

	CHECK(in != NULL);
	memset(in, 'x', 100000);
	textbuf_init(&text);
	json_begin(&json, &text);
	json_bytes(&json, "k", in, 100000);
	json_end(&json);
	CHECK(text.size < JSON_VALUE_MAX + 32);
	CHECK(strcmp(text.data + text.size - 7, "x\xe2\x80\xa6\"}\n") == 0);
	textbuf_clear(&text);
	json_begin(&json, &text);
	json_hex(&json, "h", in, 100000);
	json_end(&json);
	CHECK(text.size < JSON_VALUE_MAX + 32);
	CHECK(strcmp(text.data + text.size - 7, "8\xe2\x80\xa6\"}\n") == 0);
	/* As long as may be. */
	memset(want, 'x', JSON_VALUE_MAX);
	want[JSON_VALUE_MAX] = '\0';
	check_value(in, JSON_VALUE_MAX, want);
	textbuf_free(&text);
	free(in);
}

static void
long_lines(void)
{
	char value[JSON_VALUE_MAX + 1];
	struct textbuf text;
	struct json json;
	int i;

	memset(value, 1, sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	textbuf_init(&text);
	json_begin(&json, &text);
	json_open(&json, "l", '[');
	for (i = 0; i < 1000; i++)
		json_string(&json, NULL, value);
	json_close(&json, ']');
	json_number(&json, "n", 1);
	json_end(&json);
	CHECK(text.size <= JSON_LINE_MAX);
	CHECK(text.size > JSON_LINE_MAX - 2 * JSON_VALUE_MAX);
	CHECK(strcmp(
		  text.data + text.size - strlen("\"],\"n\":1,\"cut\":true}\n"),
		  "\"],\"n\":1,\"cut\":true}\n") == 0);
	textbuf_free(&text);
}

/* Every day up to the year 2400, and a second that is the last of its day. */
static void
dates(void)
{
	char want[64];
	struct textbuf text;
	struct json json;
	struct tm utc;
	time_t at;

	textbuf_init(&text);
	for (at = 86399; at < INT64_C(13600000000); at += 86400) {
		textbuf_clear(&text);
		json_begin(&json, &text);
		json_time(&json, "t", at * INT64_C(1000000) + 999999);
		json_end(&json);
		CHECK(gmtime_r(&at, &utc) != NULL);
		strftime(want, sizeof(want),
		    "{\"t\":\"%Y-%m-%dT%H:%M:%S.999999Z\"}\n", &utc);
		CHECK(strcmp(text.data, want) == 0);
	}
	textbuf_free(&text);
}

int
main(void)
{
	UNIT_RUN(members);
	UNIT_RUN(strings);
	UNIT_RUN(directions);
	UNIT_RUN(what_is_no_utf8);
	UNIT_RUN(long_values);
	UNIT_RUN(long_lines);
	UNIT_RUN(dates);
	return unit_end();
}
