/* Text that a peer chose is made harmless. */
#include "foundation/escape.h"
#include "unit.h"

#define CHECK_BLOCK(in, out) check_block(in, sizeof(in) - 1, out)

static void
check_block(const char *in, size_t size, const char *out)
{
	/* On the heap, so that a sanitizer notices a read beyond the end. */
	char *copy = malloc(size);
	struct textbuf text;

	CHECK(copy != NULL);
	memcpy(copy, in, size);
	textbuf_init(&text);
	textbuf_puts(&text, "-");
	escape_block(&text, copy, size);
	CHECK(strcmp(text.data + 1, out) == 0);
	textbuf_free(&text);
	free(copy);
}

/* Each byte alone. */
static void
bytes_of_a_line(void)
{
	char want[8];
	struct textbuf text;
	unsigned byte;
	uint8_t data;

	textbuf_init(&text);
	for (byte = 0; byte < 256; byte++) {
		data = (uint8_t)byte;
		textbuf_clear(&text);
		escape_line(&text, &data, 1);
		snprintf(want, sizeof(want),
		    byte >= 0x20 && byte < 0x7f ? "%c" : "\\x%02x", byte);
		CHECK(strcmp(text.data, want) == 0);
	}
	textbuf_free(&text);
}

static void
strings(void)
{
	struct textbuf text;

	textbuf_init(&text);
	CHECK(strcmp(escape_string(&text, ""), "") == 0);
	CHECK(strcmp(escape_string(&text, "a\\b"), "a\\b") == 0);
	CHECK(strcmp(escape_string(&text, "\033[31m\nACCEPT 6.6.6.6:1"),
		  "\\x1b[31m\\x0aACCEPT 6.6.6.6:1") == 0);
	CHECK(strcmp(escape_string(&text, ""), "") == 0);
	textbuf_free(&text);
}

static void
blocks_keep_lines_and_utf8(void)
{
	CHECK_BLOCK("a\n\tb\n", "a\n\tb\n");
	CHECK_BLOCK("a\r\033\177\0b", "a\\x0d\\x1b\\x7f\\x00b");
	CHECK_BLOCK("M\303\274ller \342\202\254 \360\237\230\200",
	    "M\303\274ller \342\202\254 \360\237\230\200");
	/* Latin 1, and incomplete characters. */
	CHECK_BLOCK("M\374ller", "M\\xfcller");
	CHECK_BLOCK("\303", "\\xc3");
	CHECK_BLOCK("\342\202", "\\xe2\\x82");
	CHECK_BLOCK("\360\237\230 ", "\\xf0\\x9f\\x98 ");
	/* Control characters as bytes and in UTF-8, also in overlong form. */
	CHECK_BLOCK("\233", "\\x9b");
	CHECK_BLOCK("\302\233", "\\xc2\\x9b");
	CHECK_BLOCK("\340\202\233", "\\xe0\\x82\\x9b");
	CHECK_BLOCK("\300\212", "\\xc0\\x8a");
	/* A surrogate, and a number after the last character. */
	CHECK_BLOCK("\355\240\200", "\\xed\\xa0\\x80");
	CHECK_BLOCK("\364\220\200\200", "\\xf4\\x90\\x80\\x80");
}

static void
html(void)
{
	struct textbuf text;

	textbuf_init(&text);
	escape_html(&text, "a<b>&\"c\"");
	CHECK(strcmp(text.data, "a&lt;b&gt;&amp;&quot;c&quot;") == 0);
	escape_html(&text, "");
	escape_html(&text, "d");
	CHECK(text.data[text.size - 1] == 'd');
	textbuf_free(&text);
}

int
main(void)
{
	UNIT_RUN(bytes_of_a_line);
	UNIT_RUN(strings);
	UNIT_RUN(blocks_keep_lines_and_utf8);
	UNIT_RUN(html);
	return unit_end();
}
