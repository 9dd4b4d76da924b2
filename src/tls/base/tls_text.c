#include <stdbool.h>
#include <string.h>

#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/textbuf.h"
#include "tls/base/tls_text.h"

static bool tls_text_is_own(const char *, size_t, bool *);
static bool tls_text_is_base64(const char *, size_t);
static bool tls_text_begins(const char *, size_t, const char *);
static int tls_text_append(const void *, size_t, void *);

BIO *
tls_text_bio(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio == NULL)
		fatalx("out of memory");
	return bio;
}

void
tls_text_say(enum text_stream stream, BIO *bio)
{
	struct textbuf text;

	textbuf_init(&text);
	tls_text_move(&text, bio);
	text_write(stream, text.data, text.size);
	textbuf_free(&text);
}

void
tls_text_move(struct textbuf *text, BIO *bio)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);

	if (size > 0)
		escape_block(text, data, (size_t)size);
	BIO_free(bio);
}

void
tls_text_quote(struct textbuf *text, BIO *bio)
{
	char *at, *line_end;
	long left = BIO_get_mem_data(bio, &at);
	bool in_pem = false, is_own;
	size_t size;

	while (left > 0) {
		line_end = memchr(at, '\n', (size_t)left);
		size =
		    line_end == NULL ? (size_t)left : (size_t)(line_end - at);
		escape_line(text, at, size);
		at += size + 1;
		left -= (long)size + 1;
		/* The newline after the last line does not come from a peer. */
		is_own = true;
		if (left > 0)
			is_own = tls_text_is_own(at, (size_t)left, &in_pem);
		if (line_end != NULL)
			textbuf_puts(text, is_own ? "\n" : "\\x0a");
	}
	BIO_free(bio);
}

/* Returns true for a line that is indented, empty, a heading or in PEM. */
static bool
tls_text_is_own(const char *line, size_t size, bool *in_pem)
{
	static const char *const headings[] = { "Received ", "Sent ",
		"Header:", "Certificate:", "OCSP Response Data:", "------",
		"<TRAILING GARBAGE AFTER CERTIFICATE>",
		"Message length parse error!" };
	size_t i;

	if (tls_text_begins(line, size, "-----END "))
		*in_pem = false;
	else if (tls_text_begins(line, size, "-----BEGIN CERTIFICATE-----"))
		*in_pem = true;
	else if (*line != ' ' && *line != '\n' &&
	    !(*in_pem && tls_text_is_base64(line, size))) {
		*in_pem = false;
		for (i = 0; i < sizeof(headings) / sizeof(*headings); i++)
			if (tls_text_begins(line, size, headings[i]))
				return true;
		return false;
	}
	return true;
}

/* A line of PEM: 64 characters, or the last one. */
static bool
tls_text_is_base64(const char *line, size_t size)
{
	const char *end = memchr(line, '\n', size);
	size_t length = end == NULL ? size : (size_t)(end - line), i;

	for (i = 0; i < length; i++)
		if (strchr(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789+/=",
			line[i]) == NULL ||
		    line[i] == '\0')
			return false;
	return length == 64 ||
	    (end != NULL && length < 64 &&
		tls_text_begins(end + 1, size - length - 1, "-----END "));
}

static bool
tls_text_begins(const char *line, size_t size, const char *heading)
{
	size_t length = strlen(heading);

	return size >= length && memcmp(line, heading, length) == 0;
}

void
tls_text_dump(struct textbuf *lines, const void *data, size_t size)
{
	BIO_dump_cb(tls_text_append, lines, data, (int)size);
}

/* A callback of BIO_dump_cb(3). */
static int
tls_text_append(const void *data, size_t size, void *lines)
{
	textbuf_append(lines, data, size);
	return (int)size;
}
