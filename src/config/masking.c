#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "config/masking.h"
#include "config/option_find.h"
#include "foundation/textbuf.h"

#define MASK "***"
/* Part of the URI of a token (RFC 7512, section 2.4). */
#define MASKING_PIN "pin-value="

static char *masking_value(const struct option *, char *, const char *);
static void masking_uri(struct textbuf *, const char *, bool);

char **
masking_words(int argc, char **argv)
{
	char **words = config_keep(((size_t)argc + 1) * sizeof(*words));
	const struct option *option;
	const char *rest;
	int i;

	memcpy(words, argv, (size_t)argc * sizeof(*words));
	for (i = 1; i < argc; i++) {
		option = option_named(argv[i], &rest);
		if (option == NULL || option->kind == KIND_NONE)
			continue;
		if (*rest == '=') {
			words[i] = masking_value(option, argv[i], rest + 1);
		} else if (i + 1 < argc) {
			i++;
			words[i] = masking_value(option, argv[i], argv[i]);
		}
	}
	return words;
}

/* value: a part of word, or all of it. */
static char *
masking_value(const struct option *option, char *word, const char *value)
{
	struct textbuf text;
	char *masked;

	textbuf_init(&text);
	textbuf_append(&text, word, (size_t)(value - word));
	if (option->secret == SECRET_ALL)
		textbuf_puts(&text, MASK);
	else
		masking_uri(&text, value, option->secret == SECRET_LOGIN);
	if (text.size == 0 || strcmp(text.data, word) == 0) {
		masked = word;
	} else {
		masked = config_keep(text.size + 1);
		memcpy(masked, text.data, text.size);
	}
	textbuf_free(&text);
	return masked;
}

/*
 * The login stands between "://", which some URLs need not have, and "@". The
 * library accepts any bytes there, so a password may contain any byte.
 */
static void
masking_uri(struct textbuf *text, const char *value, bool always_url)
{
	const char *begin = strstr(value, "://"), *end = strrchr(value, '@');
	const char *pin;

	if (begin != NULL)
		begin += strlen("://");
	else if (always_url)
		begin = value;
	if (begin != NULL && end != NULL && end >= begin) {
		textbuf_append(text, value, (size_t)(begin - value));
		textbuf_puts(text, MASK);
		value = end;
	}
	while ((pin = strcasestr(value, MASKING_PIN)) != NULL) {
		pin += strlen(MASKING_PIN);
		textbuf_append(text, value, (size_t)(pin - value));
		textbuf_puts(text, MASK);
		value = pin + strcspn(pin, "&;");
	}
	textbuf_puts(text, value);
}
