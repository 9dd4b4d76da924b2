/*
 * Values of strangers in a line of JSON: the line is one line, whole UTF-8
 * without characters that command a terminal, bounded, and its quotes are even.
 */
#include "foundation/json.h"
#include "fuzz.h"

/* Reads one character by its bits. Returns how many bytes it has. */
static size_t
check_character(const uint8_t *text, size_t size)
{
	size_t count = text[0] < 0x80 ? 1
	    : text[0] < 0xe0	      ? 2
	    : text[0] < 0xf0	      ? 3
				      : 4;
	uint32_t code = text[0] & (count == 1 ? 0x7fU : 0xffU >> (count + 1));
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t i;

	HOLDS(count <= size);
	HOLDS(text[0] < 0x80 || (text[0] >= 0xc0 && text[0] < 0xf8));
	for (i = 1; i < count; i++) {
		HOLDS((text[i] & 0xc0) == 0x80);
		code = code << 6 | (text[i] & 0x3fU);
	}
	HOLDS(code >= least[count] && code <= 0x10ffff);
	HOLDS(code < 0xd800 || code > 0xdfff);
	HOLDS(code >= ' ' && (code < 0x7f || code > 0x9f));
	HOLDS(code < 0x202a || code > 0x202e);
	HOLDS(code < 0x2066 || code > 0x2069);
	return count;
}

/* A value in quotes. Returns what follows it. */
static const uint8_t *
check_value(const uint8_t *text, const uint8_t *end)
{
	const uint8_t *start = text;

	HOLDS(text < end && *text == '"');
	for (text++; *text != '"';) {
		HOLDS(text < end);
		if (*text == '\\')
			text += text[1] == 'u' ? 6 : 2;
		else
			text += check_character(text, (size_t)(end - text));
	}
	HOLDS(text < end && text - start < JSON_VALUE_MAX + 16);
	return text + 1;
}

/* The first byte says how often the value is written. */
void
fuzz_input(const uint8_t *data, size_t size)
{
	struct textbuf text;
	struct json json;
	const uint8_t *next, *end;
	uint8_t *copy;
	unsigned times, i;

	if (size == 0)
		return;
	times = data[0];
	copy = fuzz_copy(data + 1, size - 1);
	textbuf_init(&text);
	json_begin(&json, &text);
	json_open(&json, "values", '[');
	for (i = 0; i < times; i++)
		json_bytes(&json, NULL, copy, size - 1);
	json_close(&json, ']');
	json_end(&json);
	HOLDS(text.size <= JSON_LINE_MAX);
	next = (const uint8_t *)text.data + strlen("{\"values\":[");
	end = (const uint8_t *)text.data + text.size;
	for (i = 0; *next != ']'; i++) {
		if (i > 0)
			HOLDS(*next++ == ',');
		next = check_value(next, end);
	}
	HOLDS(i == times || json.cut);
	HOLDS(strcmp((const char *)next,
		  json.cut ? "],\"cut\":true}\n" : "]}\n") == 0);
	textbuf_free(&text);
	free(copy);
}
