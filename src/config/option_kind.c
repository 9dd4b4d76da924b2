#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/option_kind.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/wordings.h"

/* Returns 0, or -1 with the error already printed. */
typedef int kind_check(const struct option *, struct option_value *);

static kind_check check_nothing, check_int, check_non_negative, check_positive,
    check_intmax, check_bytes, check_port, check_early_data, check_directory,
    check_format, check_hex;
static const char *number_article(const char *);
static bool format_is_ignored(const char *);
static bool format_is_base64(const char *);

/* By option_kind: the name of the value in the help, and its check. */
static const struct {
	const char *word;
	kind_check *check;
} option_kinds[] = {
	[KIND_NONE] = { "", check_nothing },
	[KIND_STRING] = { "val", check_nothing },
	[KIND_URI] = { "uri", check_nothing },
	[KIND_INFILE] = { "infile", check_nothing },
	[KIND_OUTFILE] = { "outfile", check_nothing },
	[KIND_DIRECTORY] = { "dir", check_directory },
	[KIND_NUMBER] = { "int", check_int },
	[KIND_NON_NEGATIVE] = { "nonneg", check_non_negative },
	[KIND_POSITIVE] = { "+int", check_positive },
	[KIND_INTMAX] = { "intmax", check_intmax },
	[KIND_BYTES] = { "bytes", check_bytes },
	[KIND_PORT] = { "+int", check_port },
	[KIND_EARLY_DATA] = { "int", check_early_data },
	[KIND_PEM_DER] = { "PEM|DER", check_format },
	[KIND_FORMAT] = { "format", check_format },
	[KIND_HEX] = { "val", check_hex },
};

int
option_error(const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	log_warnx("%s", message);
	log_warnx("Use -help for summary.");
	return -1;
}

int
option_check(const struct option *option, struct option_value *value)
{
	return option_kinds[option->kind].check(option, value);
}

const char *
option_kind_word(enum option_kind kind)
{
	return option_kinds[kind].word;
}

static int
check_nothing(const struct option *option, struct option_value *value)
{
	(void)option;
	(void)value;
	return 0;
}

/*
 * As in the stock program: every number of C passes, but a number with a
 * leading 0 is read as a decimal one.
 */
static int
check_intmax(const struct option *option, struct option_value *value)
{
	const char *text = value->text;
	char *end;

	errno = 0;
	value->number = strtoimax(text, &end, 0);
	if (*end != '\0' || end == text || errno != 0) {
		log_warnx("Can't parse \"%s\" as %s number", text,
		    number_article(text));
		return option_error("Option -%s wants a number", option->name);
	}
	if (strpbrk(text, "xX") == NULL)
		value->number = strtoimax(text, NULL, 10);
	return 0;
}

static int
check_bytes(const struct option *option, struct option_value *value)
{
	if (check_intmax(option, value) == -1)
		return -1;
	if (value->number < option->minimum)
		return option_error("Value \"%s\" for option -%s is below %d",
		    value->text, option->name, option->minimum);
	return 0;
}

/* Returns the words for the kind of number that C reads there. */
static const char *
number_article(const char *text)
{
	if (text[0] != '0')
		return "a";
	return text[1] == 'x' || text[1] == 'X' ? "a hexadecimal" : "an octal";
}

static int
check_int(const struct option *option, struct option_value *value)
{
	if (check_intmax(option, value) == -1)
		return -1;
	if (value->number < INT_MIN || value->number > INT_MAX) {
		log_warnx("Value \"%s\" outside integer range", value->text);
		return option_error("Option -%s wants a number from %d to %d",
		    option->name, INT_MIN, INT_MAX);
	}
	if (option->maximum != 0 && value->number > option->maximum)
		return option_error("Value \"%s\" for option -%s is above %d",
		    value->text, option->name, option->maximum);
	return 0;
}

static int
check_non_negative(const struct option *option, struct option_value *value)
{
	if (check_int(option, value) == -1)
		return -1;
	if (value->number < 0)
		return option_error("Negative number \"%s\" for option -%s",
		    value->text, option->name);
	return 0;
}

static int
check_positive(const struct option *option, struct option_value *value)
{
	if (check_int(option, value) == -1)
		return -1;
	if (value->number <= 0)
		return option_error("Non-positive number \"%s\" for option -%s",
		    value->text, option->name);
	return 0;
}

/* The stock program takes positive ports only; ours takes 0, too. */
static int
check_port(const struct option *option, struct option_value *value)
{
	if (check_int(option, value) == -1)
		return -1;
	return value->number == 0 ? 0 : check_positive(option, value);
}

static int
check_early_data(const struct option *option, struct option_value *value)
{
	if (check_int(option, value) == -1)
		return -1;
	if (value->number < 0) {
		text_printf(TEXT_ERR, "Invalid value for %s\n", option->name);
		return -1;
	}
	return 0;
}

static int
check_directory(const struct option *option, struct option_value *value)
{
	struct stat st;

	if (stat(value->text, &st) == -1 || !S_ISDIR(st.st_mode)) {
		log_warnx("Not a directory: %s", value->text);
		return option_error(
		    "Option -%s wants a directory", option->name);
	}
	return 0;
}

/* Returns true for formats that have no effect in the stock program. */
static bool
format_is_ignored(const char *text)
{
	static const char *const names[] = { "PVK", "pvk", "P12", "p12",
		"PKCS12", "pkcs12" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0)
			return true;
	return *text != '\0' && strchr("1HhMmNnSsTt", *text) != NULL;
}

/* Likewise. */
static bool
format_is_base64(const char *text)
{
	return strcasecmp(text, "b") == 0 || strcmp(text, "B64") == 0 ||
	    strcmp(text, "b64") == 0 || strcmp(text, "BASE64") == 0 ||
	    strcmp(text, "base64") == 0;
}

static int
check_format(const struct option *option, struct option_value *value)
{
	const char *text = value->text;
	bool is_engine = *text == 'E' || *text == 'e';
	bool has_base64 = wording(WORDING_FORMAT_BASE64) != NULL;
	bool has_engine = wording(WORDING_FORMAT_ENGINE) != NULL;
	bool is_known = (is_engine && has_engine) || format_is_ignored(text) ||
	    (has_base64 && format_is_base64(text));

	if (strcmp(text, "PEM") == 0 || strcmp(text, "pem") == 0 ||
	    strcmp(text, "P") == 0 || strcmp(text, "p") == 0) {
		value->format = FORMAT_PEM;
		return 0;
	}
	if (*text == 'D' || *text == 'd') {
		value->format = FORMAT_DER;
		return 0;
	}
	if (option->kind == KIND_FORMAT && is_engine) {
		value->format = FORMAT_ENGINE;
		return 0;
	}
	if (option->kind == KIND_FORMAT && is_known)
		return 0;
	/* The stock program says nothing of other words with b. */
	if (is_known || !has_base64 || (*text != 'B' && *text != 'b'))
		log_warnx("Bad format \"%s\"%s", text,
		    is_known ? wording(WORDING_PEM_OR_DER) : "");
	return option_error(
	    "Invalid format \"%s\" for option -%s", text, option->name);
}

static int
check_hex(const struct option *option, struct option_value *value)
{
	if (value->text[strspn(value->text, OPTION_HEX_DIGITS)] != '\0') {
		text_printf(TEXT_ERR, "Not a hex number '%s'\n", value->text);
		log_warnx("Option -%s wants a hex number", option->name);
		return -1;
	}
	return 0;
}
