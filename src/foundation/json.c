#include "foundation/json.h"

#include <string.h>

#include "foundation/decimal.h"

/* Room that stays for the keys of objects and lists, and the end of the line.
 */
#define JSON_END_MAX 512
/*
 * The most bytes of a member: a value that is cut behind its last character,
 * and its key.
 */
#define JSON_MEMBER_MAX	  (JSON_VALUE_MAX + 128)
#define JSON_DOTS	  "\xe2\x80\xa6" /* U+2026 */
#define JSON_NO_CHARACTER "\xef\xbf\xbd" /* U+FFFD */

/* The same byte eight times. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

static const char json_digits[] = "0123456789abcdef";

static char *json_member(struct json *, const char *);
static void json_done(struct json *, const char *);
static char *json_write_string(char *, const uint8_t *, size_t);
static size_t json_plain(const uint8_t *, size_t);
static bool json_is_plain(uint8_t);
static bool json_are_plain(uint64_t);
static char *json_write_character(char *, const uint8_t *, size_t *);
static size_t json_sequence(const uint8_t *, size_t);
static bool json_turns_text(const uint8_t *, size_t);
static char *json_escape(char *, unsigned);
static char *json_padded(char *, unsigned, unsigned);
static char *json_date(char *, int64_t);

void
json_begin(struct json *json, struct textbuf *text)
{
	json->text = text;
	json->start = text->size;
	json->cut = false;
	*textbuf_space(text, JSON_LINE_MAX + JSON_MEMBER_MAX) = '{';
	textbuf_grow(text, 1);
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
	char *next = json_member(json, key);

	*next++ = bracket;
	textbuf_grow(
	    json->text, (size_t)(next - json->text->data) - json->text->size);
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
	json_done(json, json_write_string(json_member(json, key), value, size));
}

void
json_hex(struct json *json, const char *key, const void *value, size_t size)
{
	const uint8_t *bytes = value;
	bool whole = size <= JSON_VALUE_MAX / 2;
	size_t i;
	char *next;

	if (!whole)
		size = JSON_VALUE_MAX / 2;
	next = json_member(json, key);
	*next++ = '"';
	for (i = 0; i < size; i++) {
		*next++ = json_digits[bytes[i] >> 4];
		*next++ = json_digits[bytes[i] & 15];
	}
	if (!whole)
		next = stpcpy(next, JSON_DOTS);
	*next++ = '"';
	json_done(json, next);
}

void
json_number(struct json *json, const char *key, uint64_t value)
{
	json_done(json, decimal_write(json_member(json, key), value));
}

void
json_integer(struct json *json, const char *key, int64_t value)
{
	char *next = json_member(json, key);

	if (value < 0)
		*next++ = '-';
	json_done(json,
	    decimal_write(
		next, value < 0 ? 0 - (uint64_t)value : (uint64_t)value));
}

void
json_true(struct json *json, const char *key)
{
	json_done(json, stpcpy(json_member(json, key), "true"));
}

void
json_time(struct json *json, const char *key, int64_t unix_us)
{
	int64_t unix_s = unix_us / 1000000;
	unsigned second = (unsigned)(unix_s % 86400);
	char *next = json_member(json, key);

	*next++ = '"';
	next = json_date(next, unix_s / 86400);
	*next++ = 'T';
	next = json_padded(next, second / 3600, 2);
	*next++ = ':';
	next = json_padded(next, second / 60 % 60, 2);
	*next++ = ':';
	next = json_padded(next, second % 60, 2);
	*next++ = '.';
	next = json_padded(next, (unsigned)(unix_us % 1000000), 6);
	*next++ = 'Z';
	*next++ = '"';
	json_done(json, next);
}

/*
 * Write the comma, if one is needed, and the key. Returns where the value goes.
 * json_begin has made the room, and the text grows only when the value is
 * there.
 */
static char *
json_member(struct json *json, const char *key)
{
	char *next = json->text->data + json->text->size;

	if (next[-1] != '{' && next[-1] != '[')
		*next++ = ',';
	if (key == NULL)
		return next;
	*next++ = '"';
	next = stpcpy(next, key);
	*next++ = '"';
	*next++ = ':';
	return next;
}

/* The member ends here. Leave it out if the line would be too long. */
static void
json_done(struct json *json, const char *end)
{
	struct textbuf *text = json->text;
	size_t size = (size_t)(end - text->data);

	if (size - json->start <= JSON_LINE_MAX - JSON_END_MAX)
		textbuf_grow(text, size - text->size);
	else
		json->cut = true;
}

static char *
json_write_string(char *out, const uint8_t *in, size_t size)
{
	const uint8_t *end = in + size;
	const char *limit = out + JSON_VALUE_MAX;

	for (*out++ = '"'; in < end; in += size) {
		if (out > limit) {
			out = stpcpy(out, JSON_DOTS);
			break;
		}
		size = (size_t)(end - in);
		if (size > (size_t)(limit - out) + 1)
			size = (size_t)(limit - out) + 1;
		if ((size = json_plain(in, size)) > 0) {
			memcpy(out, in, size);
			out += size;
			continue;
		}
		size = (size_t)(end - in);
		out = json_write_character(out, in, &size);
	}
	*out++ = '"';
	return out;
}

/* Returns how many bytes at the beginning stand for themselves. */
static size_t
json_plain(const uint8_t *in, size_t size)
{
	uint64_t word;
	size_t n;

	for (n = 0; size - n >= sizeof(word); n += sizeof(word)) {
		memcpy(&word, in + n, sizeof(word));
		if (!json_are_plain(word))
			break;
	}
	while (n < size && json_is_plain(in[n]))
		n++;
	return n;
}

static bool
json_is_plain(uint8_t c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/*
 * The same for eight bytes at once. Each line makes the highest bit of a byte 1
 * if the byte is one of those that are not plain. A borrow or carry comes out
 * of such a byte only, and so it does no harm to reach the next one.
 */
static bool
json_are_plain(uint64_t word)
{
	uint64_t others = word; /* 0x80 and more */

	others |= word - EIGHT(' ');
	others |= word + EIGHT(1); /* 0x7f */
	others |= (word ^ EIGHT('"')) - EIGHT(1);
	others |= (word ^ EIGHT('\\')) - EIGHT(1);
	return (others & EIGHT(0x80)) == 0;
}

/*
 * Write one character. *size: the bytes that are there, and then the bytes that
 * it had. Bytes that are no UTF-8 become U+FFFD. Characters that command a
 * terminal, or turn text round, are written as numbers. Returns the end.
 */
static char *
json_write_character(char *out, const uint8_t *in, size_t *size)
{
	uint8_t c = in[0];

	if (c < 0x80)
		*size = 1;
	else if ((*size = json_sequence(in, *size)) == 0) {
		*size = 1;
		return stpcpy(out, JSON_NO_CHARACTER);
	}
	if (c == '"' || c == '\\') {
		*out++ = '\\';
		*out++ = (char)c;
		return out;
	}
	if (c < ' ' || c == 0x7f)
		return json_escape(out, c);
	/* U+0080 to U+009F */
	if (c == 0xc2 && in[1] < 0xa0)
		return json_escape(out, in[1]);
	if (json_turns_text(in, *size))
		return json_escape(
		    out, 0x2000U | (in[1] & 0x3fU) << 6 | (in[2] & 0x3fU));
	memcpy(out, in, *size);
	return out + *size;
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

/*
 * Returns true for the characters that change the direction of text, so that a
 * name could look like another one: U+200E and U+200F, U+202A to U+202E, U+2066
 * to U+2069 (Unicode Standard Annex #9).
 */
static bool
json_turns_text(const uint8_t *in, size_t size)
{
	if (size != 3 || in[0] != 0xe2)
		return false;
	if (in[1] == 0x80)
		return in[2] == 0x8e || in[2] == 0x8f ||
		    (in[2] >= 0xaa && in[2] <= 0xae);
	return in[1] == 0x81 && in[2] >= 0xa6 && in[2] <= 0xa9;
}

static char *
json_escape(char *out, unsigned c)
{
	out = stpcpy(out, "\\u");
	*out++ = json_digits[c >> 12 & 15];
	*out++ = json_digits[c >> 8 & 15];
	*out++ = json_digits[c >> 4 & 15];
	*out++ = json_digits[c & 15];
	return out;
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

/*
 * The date of a day since 1970, which is not negative. Years are counted from
 * March on, so that a leap day is the last day of its year; 400 of them have
 * 146,097 days. gmtime_r(3) costs ten times as much.
 */
static char *
json_date(char *out, int64_t days)
{
	int64_t since_0 = days + 719468; /* since March 1 of the year 0 */
	int64_t era = since_0 / 146097;
	unsigned day = (unsigned)(since_0 % 146097); /* of 400 years */
	unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	unsigned of_year = day - (365 * year + year / 4 - year / 100);
	unsigned month = (5 * of_year + 2) / 153; /* March is 0 */

	out = json_padded(out, (unsigned)(era * 400) + year + (month >= 10), 4);
	*out++ = '-';
	out = json_padded(out, month < 10 ? month + 3 : month - 9, 2);
	*out++ = '-';
	return json_padded(out, of_year - (153 * month + 2) / 5 + 1, 2);
}
