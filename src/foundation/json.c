#include "foundation/json.h"

#include <string.h>

#include "foundation/decimal.h"

/* Room that stays for the keys of objects and lists, and the end of the line.
 */
#define JSON_END_MAX 512
/* The most bytes of a member: its key, and an object or a longer value. */
#define JSON_MEMBER_MAX	  (JSON_OBJECT_MAX + 128)
#define JSON_DOTS	  "\xe2\x80\xa6" /* U+2026 */
#define JSON_NO_CHARACTER "\xef\xbf\xbd" /* U+FFFD */

/* The same byte eight times. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

static const char json_digits[] = "0123456789abcdef";

static size_t json_copy_plain(char *, const uint8_t *, size_t);
static bool json_is_plain(uint8_t);
static bool json_are_plain(uint64_t);
static char *json_write_character(char *, const uint8_t *, size_t *);
static size_t json_sequence(const uint8_t *, size_t);
static bool json_turns_text(const uint8_t *, size_t);
static char *json_escape(char *, unsigned);
static char *json_date(char *, int64_t);

void
json_begin(struct json *json, struct textbuf *text)
{
	char *start = textbuf_space(text, JSON_LINE_MAX + JSON_MEMBER_MAX);

	*start = '{';
	json->text = text;
	json->next = start + 1;
	json->limit = start + JSON_LINE_MAX - JSON_END_MAX;
	json->cut = false;
}

void
json_end(struct json *json)
{
	struct textbuf *text = json->text;
	char *next = json->next;

	if (json->cut)
		next = stpcpy(next, ",\"cut\":true");
	next = stpcpy(next, "}\n");
	textbuf_grow(text, (size_t)(next - text->data) - text->size);
}

char *
json_write_string(char *out, const void *value, size_t size)
{
	const uint8_t *in = value, *end = in + size;
	const char *limit = out + JSON_VALUE_MAX;
	size_t plain;

	for (*out++ = '"'; in < end; in += size) {
		if (out > limit) {
			out = stpcpy(out, JSON_DOTS);
			break;
		}
		size = (size_t)(end - in);
		plain = (size_t)(limit - out) + 1;
		plain = json_copy_plain(out, in, size < plain ? size : plain);
		if (plain == 0)
			out = json_write_character(out, in, &size);
		else
			size = plain;
		out += plain;
	}
	*out++ = '"';
	return out;
}

char *
json_write_hex(char *out, const void *value, size_t size)
{
	const uint8_t *bytes = value;
	bool whole = size <= JSON_VALUE_MAX / 2;
	size_t i;

	if (!whole)
		size = JSON_VALUE_MAX / 2;
	*out++ = '"';
	for (i = 0; i < size; i++) {
		*out++ = json_digits[bytes[i] >> 4];
		*out++ = json_digits[bytes[i] & 15];
	}
	if (!whole)
		out = stpcpy(out, JSON_DOTS);
	*out++ = '"';
	return out;
}

char *
json_write_integer(char *out, int64_t value)
{
	if (value >= 0)
		return decimal_write(out, (uint64_t)value);
	*out++ = '-';
	return decimal_write(out, 0 - (uint64_t)value);
}

char *
json_write_time(char *out, int64_t unix_us)
{
	int64_t unix_s = unix_us / 1000000;
	unsigned second = (unsigned)(unix_s % 86400);
	unsigned us = (unsigned)(unix_us % 1000000);

	*out++ = '"';
	out = json_date(out, unix_s / 86400);
	*out++ = 'T';
	out = decimal_pair(out, second / 3600);
	*out++ = ':';
	out = decimal_pair(out, second / 60 % 60);
	*out++ = ':';
	out = decimal_pair(out, second % 60);
	*out++ = '.';
	out = decimal_pair(out, us / 10000);
	out = decimal_pair(out, us / 100 % 100);
	out = decimal_pair(out, us % 100);
	*out++ = 'Z';
	*out++ = '"';
	return out;
}

/*
 * Copy the bytes at the beginning that stand for themselves. Returns how many
 * these are. out has as much room as in.
 */
static size_t
json_copy_plain(char *out, const uint8_t *in, size_t size)
{
	uint64_t word;
	size_t n;

	for (n = 0; size - n >= sizeof(word); n += sizeof(word)) {
		memcpy(&word, in + n, sizeof(word));
		if (!json_are_plain(word))
			break;
		memcpy(out + n, &word, sizeof(word));
	}
	for (; n < size && json_is_plain(in[n]); n++)
		out[n] = (char)in[n];
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

	year += (unsigned)(era * 400) + (month >= 10);
	out = decimal_pair(out, year / 100);
	out = decimal_pair(out, year % 100);
	*out++ = '-';
	out = decimal_pair(out, month < 10 ? month + 3 : month - 9);
	*out++ = '-';
	return decimal_pair(out, of_year - (153 * month + 2) / 5 + 1);
}
