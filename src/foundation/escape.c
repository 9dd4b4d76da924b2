#include <stdint.h>
#include <string.h>

#include "foundation/escape.h"

static void escape_byte(struct textbuf *, uint8_t);
static size_t escape_plain(const uint8_t *, size_t);
static size_t escape_utf8(const uint8_t *, size_t);

void
escape_line(struct textbuf *text, const void *data, size_t size)
{
	const uint8_t *at = data;
	size_t plain;

	while (size > 0) {
		plain = escape_plain(at, size);
		textbuf_append(text, at, plain);
		if (plain == 0) {
			escape_byte(text, *at);
			plain = 1;
		}
		at += plain;
		size -= plain;
	}
}

const char *
escape_string(struct textbuf *text, const char *s)
{
	/* Then there is a string, even if nothing is appended. */
	textbuf_space(text, 0);
	textbuf_clear(text);
	escape_line(text, s, strlen(s));
	return text->data;
}

void
escape_block(struct textbuf *text, const void *data, size_t size)
{
	const uint8_t *at = data;
	size_t good;

	while (size > 0) {
		if ((good = escape_plain(at, size)) == 0)
			good = *at == '\n' || *at == '\t'
			    ? 1
			    : escape_utf8(at, size);
		textbuf_append(text, at, good);
		if (good == 0) {
			escape_byte(text, *at);
			good = 1;
		}
		at += good;
		size -= good;
	}
}

void
escape_html(struct textbuf *text, const char *s)
{
	size_t plain;

	for (;;) {
		plain = strcspn(s, "&<>\"");
		textbuf_append(text, s, plain);
		s += plain;
		if (*s == '\0')
			return;
		textbuf_puts(text,
		    *s == '<'	    ? "&lt;"
			: *s == '>' ? "&gt;"
			: *s == '"' ? "&quot;"
				    : "&amp;");
		s++;
	}
}

static void
escape_byte(struct textbuf *text, uint8_t byte)
{
	textbuf_printf(text, "\\x%02x", byte);
}

/* Returns how many bytes at the beginning are printable ASCII. */
static size_t
escape_plain(const uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < size && data[i] >= ' ' && data[i] < 0x7f; i++)
		;
	return i;
}

/*
 * Returns how many bytes a character of UTF-8 has that is not in ASCII (RFC
 * 3629), or 0 if there is no such character or it is a control character.
 */
static size_t
escape_utf8(const uint8_t *data, size_t size)
{
	static const uint32_t least[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	size_t length = *data >= 0xf0 ? 4 : *data >= 0xe0 ? 3 : 2, i;
	uint32_t code;

	if (*data < 0xc0 || *data > 0xf4 || length > size)
		return 0;
	code = *data & (0x7fU >> length);
	for (i = 1; i < length; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (data[i] & 0x3fU);
	}
	return code < least[length] || code > 0x10ffff ||
		(code & 0xfffff800) == 0xd800
	    ? 0
	    : length;
}
