#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "tls/base/tls_error.h"

/* What libssl adds to an error of its record layer, since OpenSSL 3.2. */
#define RECORD_LAYER_FAILURE 313
/* As many as the library keeps, which OpenSSL 4 does not tell. */
#define KEPT_ERRORS 16

/* An error that was taken out of the queue. */
struct kept_error {
	unsigned long error;
	int line;
	char *file, *function, *data; /* owned */
};

static bool tls_error_is_frame(unsigned long);
static bool tls_error_take(struct kept_error *);
static void tls_error_put_back(struct kept_error *);
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

unsigned long
tls_error_telling(void)
{
	unsigned long last = ERR_peek_last_error(), telling = last;
	struct kept_error kept[KEPT_ERRORS];
	size_t count, i;

	if (!tls_error_is_frame(last))
		return last;
	/* The library shows only the ends of its queue. */
	for (count = 0; count < KEPT_ERRORS; count++)
		if (!tls_error_take(&kept[count]))
			break;
	for (i = 0; i < count; i++) {
		if (ERR_GET_LIB(kept[i].error) == ERR_LIB_SSL &&
		    !tls_error_is_frame(kept[i].error))
			telling = kept[i].error;
		tls_error_put_back(&kept[i]);
	}
	return telling;
}

static bool
tls_error_is_frame(unsigned long error)
{
	return ERR_GET_LIB(error) == ERR_LIB_SSL &&
	    ERR_GET_REASON(error) == RECORD_LAYER_FAILURE;
}

static bool
tls_error_take(struct kept_error *kept)
{
	const char *file, *function, *data;
	int flags;

	kept->error =
	    ERR_get_error_all(&file, &kept->line, &function, &data, &flags);
	if (kept->error == 0)
		return false;
	kept->file = strdup(file);
	kept->function = strdup(function);
	kept->data = strdup(flags & ERR_TXT_STRING ? data : "");
	if (kept->file == NULL || kept->function == NULL || kept->data == NULL)
		fatalx("out of memory");
	return true;
}

static void
tls_error_put_back(struct kept_error *kept)
{
	ERR_new();
	ERR_set_debug(kept->file, kept->line, kept->function);
	ERR_set_error(ERR_GET_LIB(kept->error), ERR_GET_REASON(kept->error),
	    kept->data[0] != '\0' ? "%s" : NULL, kept->data);
	free(kept->file);
	free(kept->function);
	free(kept->data);
}
