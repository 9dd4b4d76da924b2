#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "tls/base/tls_error.h"

static int tls_error_line(const char *, size_t, void *);
static void tls_error_flush(struct textbuf *);

void
tls_error_print(void)
{
	struct textbuf lines;

	textbuf_init(&lines);
	tls_error_flush(&lines);
}

void
tls_error_say(const char *fmt, ...)
{
	struct textbuf lines;
	char *what;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) == -1)
		fatalx("out of memory");
	va_end(ap);
	textbuf_init(&lines);
	textbuf_puts(&lines, what);
	textbuf_puts(&lines, "\n");
	free(what);
	tls_error_flush(&lines);
}

void
tls_error_clear(void)
{
	if (ERR_peek_error() != 0)
		ERR_clear_error();
}

void
tls_error_append(struct textbuf *lines)
{
	ERR_print_errors_cb(tls_error_line, lines);
}

/* An ERR_print_errors_cb. Lines may contain words of a peer: escape them. */
static int
tls_error_line(const char *line, size_t size, void *lines)
{
	bool ended = size > 0 && line[size - 1] == '\n';

	escape_line(lines, line, size - ended);
	textbuf_append(lines, "\n", ended);
	return 1;
}

static void
tls_error_flush(struct textbuf *lines)
{
	tls_error_append(lines);
	text_write(TEXT_ERR, lines->data, lines->size);
	textbuf_free(lines);
}
