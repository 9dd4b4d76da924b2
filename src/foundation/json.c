#include "foundation/json.h"

#include <string.h>
#include <time.h>

/* Room that stays for the keys of objects and lists, and the end of the line.
 */
#define JSON_END_MAX 512
/* The most bytes that one character of a string becomes: \u0000. */
#define JSON_CHARACTER_MAX 6
#define JSON_DOTS	   "\xe2\x80\xa6" /* U+2026 */
#define JSON_NO_CHARACTER  "\xef\xbf\xbd" /* U+FFFD */

static const char json_digits[] = "0123456789abcdef";

static size_t json_member(struct json *, const char *);
static void json_fit(struct json *, size_t);
static size_t json_write_character(char *, const uint8_t *, size_t *);
static size_t json_sequence(const uint8_t *, size_t);
static size_t json_escape(char *, uint8_t);
static size_t json_decimal(char *, uint64_t);
static char *json_padded(char *, unsigned, unsigned);

void
json_begin(struct json *json, struct textbuf *text)
{
	json->text = text;
	json->start = text->size;
	json->cut = false;
	textbuf_append(text, "{", 1);
}

void
json_end(struct json *json)
{
	if (json->cut)
		textbuf_puts(json->text, ",\"cut\":true");
	textbuf_append(json->text, "}\n", 2);
}

void
json_open(struct json *json, const char *key, char bracket)
{
	(void)json_member(json, key);
	textbuf_append(json->text, &bracket, 1);
}

void
json_close(struct json *json, char bracket)
{
	textbuf_append(json->text, &bracket, 1);
}

void
json_string(struct json *json, const char *key, const char *value)
{
	if (value != NULL)
		json_bytes(json, key, value, strlen(value));
}

void
json_bytes(struct json *json, const char *key, const void *value, size_t size)
{
	const uint8_t *next = value, *end = next + size;
	size_t before = json_member(json, key), done = 1, used;
	char *out = textbuf_space(json->text,
	    JSON_VALUE_MAX + JSON_CHARACTER_MAX + sizeof(JSON_DOTS) + 2);

	for (out[0] = '"'; next < end; next += used) {
		if (done > JSON_VALUE_MAX) {
			done = (size_t)(stpcpy(out + done, JSON_DOTS) - out);
			break;
		}
		used = (size_t)(end - next);
		done += json_write_character(out + done, next, &used);
	}
	out[done++] = '"';
	textbuf_grow(json->text, done);
	json_fit(json, before);
}

void
json_hex(struct json *json, const char *key, const void *value, size_t size)
{
	const uint8_t *bytes = value;
	size_t before = json_member(json, key), i, done = 0;
	bool whole = size <= JSON_VALUE_MAX / 2;
	char *out;

	if (!whole)
		size = JSON_VALUE_MAX / 2;
	out = textbuf_space(json->text, 2 * size + sizeof(JSON_DOTS) + 2);
	out[done++] = '"';
	for (i = 0; i < size; i++) {
		out[done++] = json_digits[bytes[i] >> 4];
		out[done++] = json_digits[bytes[i] & 15];
	}
	if (!whole)
		done = (size_t)(stpcpy(out + done, JSON_DOTS) - out);
	out[done++] = '"';
	textbuf_grow(json->text, done);
	json_fit(json, before);
}

void
json_number(struct json *json, const char *key, uint64_t value)
{
	size_t before = json_member(json, key);
	char digits[20];

	textbuf_append(json->text, digits, json_decimal(digits, value));
	json_fit(json, before);
}

void
json_integer(struct json *json, const char *key, int64_t value)
{
	size_t before = json_member(json, key);
	char digits[20];

	if (value < 0)
		textbuf_append(json->text, "-", 1);
	textbuf_append(json->text, digits,
	    json_decimal(
		digits, value < 0 ? 0 - (uint64_t)value : (uint64_t)value));
	json_fit(json, before);
}

void
json_true(struct json *json, const char *key)
{
	size_t before = json_member(json, key);

	textbuf_append(json->text, "true", 4);
	json_fit(json, before);
}

void
json_time(struct json *json, const char *key, int64_t unix_us)
{
	time_t seconds = (time_t)(unix_us / 1000000);
	char out[sizeof("\"1970-01-01T00:00:00.000000Z\"") + 16], *next = out;
	struct tm utc;
	size_t before;

	if (gmtime_r(&seconds, &utc) == NULL)
		return;
	before = json_member(json, key);
	*next++ = '"';
	next = json_padded(next, (unsigned)utc.tm_year + 1900, 4);
	*next++ = '-';
	next = json_padded(next, (unsigned)utc.tm_mon + 1, 2);
	*next++ = '-';
	next = json_padded(next, (unsigned)utc.tm_mday, 2);
	*next++ = 'T';
	next = json_padded(next, (unsigned)utc.tm_hour, 2);
	*next++ = ':';
	next = json_padded(next, (unsigned)utc.tm_min, 2);
	*next++ = ':';
	next = json_padded(next, (unsigned)utc.tm_sec, 2);
	*next++ = '.';
	next = json_padded(next, (unsigned)(unix_us % 1000000), 6);
	*next++ = 'Z';
	*next++ = '"';
	textbuf_append(json->text, out, (size_t)(next - out));
	json_fit(json, before);
}

/*
 * Write the comma, if one is needed, and the key. Returns where the member
 * begins, for json_fit.
 */
static size_t
json_member(struct json *json, const char *key)
{
	struct textbuf *text = json->text;
	size_t before = text->size;
	char last = text->data[before - 1];

	if (last != '{' && last != '[')
		textbuf_append(text, ",", 1);
	if (key != NULL) {
		textbuf_append(text, "\"", 1);
		textbuf_puts(text, key);
		textbuf_append(text, "\":", 2);
	}
	return before;
}

/* The member is written. Take it back if the line is too long now. */
static void
json_fit(struct json *json, size_t before)
{
	struct textbuf *text = json->text;

	if (text->size - json->start <= JSON_LINE_MAX - JSON_END_MAX)
		return;
	text->size = before;
	text->data[before] = '\0';
	json->cut = true;
}

/*
 * Write one character. *size: the bytes that are there, and then the bytes that
 * it had. Bytes that are no UTF-8 become U+FFFD. Characters that command a
 * terminal are written as numbers. Returns the bytes written.
 */
static size_t
json_write_character(char *out, const uint8_t *in, size_t *size)
{
	uint8_t c = in[0];

	if (c >= 0x80)
		*size = json_sequence(in, *size);
	else
		*size = 1;
	if (*size == 0) {
		*size = 1;
		return (size_t)(stpcpy(out, JSON_NO_CHARACTER) - out);
	}
	if (c == '"' || c == '\\') {
		out[0] = '\\';
		out[1] = (char)c;
		return 2;
	}
	if (c < ' ' || c == 0x7f)
		return json_escape(out, c);
	/* U+0080 to U+009F */
	if (c == 0xc2 && in[1] < 0xa0)
		return json_escape(out, in[1]);
	memcpy(out, in, *size);
	return *size;
}

/*
 * Returns how many bytes the character has, or 0 if the bytes are no UTF-8
 * (RFC 3629, section 4): too long a form, a surrogate, or beyond U+10FFFF.
 */
static size_t
json_sequence(const uint8_t *in, size_t size)
{
	uint8_t low = 0x80, high = 0xbf; /* of the second byte */
	size_t count, i;

	if (in[0] < 0xc2 || in[0] > 0xf4)
		return 0;
	count = in[0] < 0xe0 ? 2 : in[0] < 0xf0 ? 3 : 4;
	switch (in[0]) {
	case 0xe0:
		low = 0xa0;
		break;
	case 0xed:
		high = 0x9f;
		break;
	case 0xf0:
		low = 0x90;
		break;
	case 0xf4:
		high = 0x8f;
		break;
	}
	if (size < count || in[1] < low || in[1] > high)
		return 0;
	for (i = 2; i < count; i++)
		if ((in[i] & 0xc0) != 0x80)
			return 0;
	return count;
}

static size_t
json_escape(char *out, uint8_t c)
{
	char *next = stpcpy(out, "\\u00");

	*next++ = json_digits[c >> 4];
	*next++ = json_digits[c & 15];
	return (size_t)(next - out);
}

/* Returns the number of digits, at most 20. */
static size_t
json_decimal(char *out, uint64_t value)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	memcpy(out, digits + n, sizeof(digits) - n);
	return sizeof(digits) - n;
}

/* Writes the number with so many digits. Returns the end. */
static char *
json_padded(char *out, unsigned value, unsigned digits)
{
	unsigned i;

	for (i = digits; i-- > 0; value /= 10)
		out[i] = (char)('0' + value % 10);
	return out + digits;
}
