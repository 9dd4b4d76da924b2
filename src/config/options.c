#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/option_table.h"
#include "config/options.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/wordings.h"

/* A command line that is being read. */
struct parser {
	int argc;
	char **argv;
	int next; /* index of the next argument */
	const struct option_judge *judge;
	unsigned one_protocol; /* number of options of each rule so far */
	unsigned no_protocol;
};

/* Returns 0, or -1 with the error already printed. */
typedef int kind_check(const struct option *, struct option_value *);

static int options_next(struct parser *, struct config *);
static int options_get_value(struct parser *, const struct option *,
    const char *, struct option_value *);
static int options_obey_rules(struct parser *, const struct option *);
static bool option_is_mutant(const struct option *);
static bool options_judge(const struct option_judge *, const struct option *,
    const struct option_value *);
static const char *options_name(const char *);
static int
options_error(const char *, ...) __attribute__((format(printf, 1, 2)));
static int options_check(const struct option *, struct option_value *);
static kind_check check_nothing, check_int, check_non_negative, check_positive,
    check_intmax, check_bytes, check_port, check_early_data, check_directory,
    check_format, check_hex;
static const char *number_article(const char *);
static bool format_is_ignored(const char *);
static bool format_is_base64(const char *);
static void options_print_help(void);
static int help_width(void);
static void help_line(const struct option *, int);

/* By option_kind: the name of the value in the help, and its check. */
static const struct {
	const char *word;
	kind_check *check;
} options_kind[] = {
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
options_parse(struct config *config, int argc, char **argv,
    const struct option_judge *judge)
{
	struct parser parser = {
		.argc = argc, .argv = argv, .next = 1, .judge = judge
	};
	int result = 0;

	while (
	    result == 0 && parser.next < argc && argv[parser.next][0] == '-') {
		if (strcmp(argv[parser.next], "--") == 0) {
			parser.next++;
			break;
		}
		result = options_next(&parser, config);
	}
	if (result == OPTIONS_HELP)
		options_print_help();
	if (result != 0)
		return result;
	if (parser.next < argc &&
	    (*argv[parser.next] != '\0' ||
		wording(WORDING_EMPTY_ARGUMENT) == NULL))
		return options_error("%s \"%s\"",
		    wording(WORDING_EXTRA_ARGUMENT), argv[parser.next]);
	return 0;
}

void
options_set_defaults(struct config *config)
{
	const struct option_section *section;
	const struct option *option;
	struct option_value value;

	for (section = option_table; section->title != NULL; section++) {
		for (option = section->options; option->name != NULL;
		     option++) {
			if (option->initial == NULL)
				continue;
			memset(&value, 0, sizeof(value));
			value.text = option->initial;
			if (options_check(option, &value) == -1 ||
			    option->set(config, option, &value) != 0)
				fatalx("bad default for -%s", option->name);
		}
	}
}

/* Read one option: -name, --name, -name value or -name=value. */
static int
options_next(struct parser *parser, struct config *config)
{
	const char *word = parser->argv[parser->next++], *rest;
	const char *name = options_name(word);
	const struct option *option = option_named(word, &rest);
	struct option_value value = { .text = NULL };

	if (option == NULL)
		return options_error(
		    "Unknown option: -%.*s", (int)(rest - name), name);
	if (options_get_value(parser, option, rest, &value) == -1 ||
	    options_check(option, &value) == -1 ||
	    options_obey_rules(parser, option) == -1)
		return -1;
	if (option_is_mutant(option))
		return 0;
	if (!options_judge(parser->judge, option, &value))
		return -1;
	return option->set(config, option, &value);
}

/* rest: the text after the name, "" or "=value". */
static int
options_get_value(struct parser *parser, const struct option *option,
    const char *rest, struct option_value *value)
{
	if (option->kind == KIND_NONE) {
		if (*rest != '\0')
			return options_error(
			    "Option -%s does not take a value", option->name);
		return 0;
	}
	if (*rest == '=')
		value->text = rest + 1;
	else if (parser->next < parser->argc)
		value->text = parser->argv[parser->next++];
	else
		return options_error("Option -%s needs a value", option->name);
	return 0;
}

/* Called at once, so that the error comes before those of later options. */
static int
options_obey_rules(struct parser *parser, const struct option *option)
{
	parser->one_protocol += option->rule == RULE_ONE_PROTOCOL;
	parser->no_protocol += option->rule == RULE_NO_PROTOCOL;
	if (parser->one_protocol > 1) {
		text_printf(
		    TEXT_ERR, "Cannot supply multiple protocol flags\n");
		return -1;
	}
	if (parser->one_protocol > 0 && parser->no_protocol > 0) {
		text_printf(TEXT_ERR,
		    "Cannot supply both a protocol flag and '-no_<prot>'\n");
		return -1;
	}
	return 0;
}

/*
 * With make MUTATE=1: returns true if this option is to have no effect, so that
 * its tests must fail.
 */
static bool
option_is_mutant(const struct option *option)
{
#ifdef MUTATE
	const char *name = getenv("S_SERVER_MUTANT");

	return name != NULL && strcmp(name, option->name) == 0;
#else
	(void)option;
	return false;
#endif
}

/* Returns false (reported) if the TLS library lacks the option, or its value.
 */
static bool
options_judge(const struct option_judge *judge, const struct option *option,
    const struct option_value *value)
{
	if (option->since != 0 &&
	    judge->version(option->name, option->since) == -1)
		return false;
	return !option->is_judged ||
	    judge->value(option->name, value->text) == 0;
}

const struct option *
option_named(const char *word, const char **rest)
{
	const char *name = options_name(word);
	size_t length = strcspn(name, "=");
	const struct option_section *section;
	const struct option *option;

	*rest = name + length;
	if (name == word)
		return NULL;
	for (section = option_table; section->title != NULL; section++)
		for (option = section->options; option->name != NULL; option++)
			if (strlen(option->name) == length &&
			    memcmp(option->name, name, length) == 0)
				return option;
	return NULL;
}

/* Returns the text after one or two dashes; without a dash, the word. */
static const char *
options_name(const char *word)
{
	if (word[0] != '-')
		return word;
	return word + (word[1] == '-' ? 2 : 1);
}

/* Report an error in the use of an option. Returns -1. */
static int
options_error(const char *fmt, ...)
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

static int
options_check(const struct option *option, struct option_value *value)
{
	return options_kind[option->kind].check(option, value);
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
		return options_error("Option -%s wants a number", option->name);
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
		return options_error("Value \"%s\" for option -%s is below %d",
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
		return options_error("Option -%s wants a number from %d to %d",
		    option->name, INT_MIN, INT_MAX);
	}
	if (option->maximum != 0 && value->number > option->maximum)
		return options_error("Value \"%s\" for option -%s is above %d",
		    value->text, option->name, option->maximum);
	return 0;
}

static int
check_non_negative(const struct option *option, struct option_value *value)
{
	if (check_int(option, value) == -1)
		return -1;
	if (value->number < 0)
		return options_error("Negative number \"%s\" for option -%s",
		    value->text, option->name);
	return 0;
}

static int
check_positive(const struct option *option, struct option_value *value)
{
	if (check_int(option, value) == -1)
		return -1;
	if (value->number <= 0)
		return options_error(
		    "Non-positive number \"%s\" for option -%s", value->text,
		    option->name);
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
		return options_error(
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
	return options_error(
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

/* Prints on standard error, as the stock program does. */
static void
options_print_help(void)
{
	const struct option_section *section;
	const struct option *option;
	int width;

	width = help_width();
	text_printf(TEXT_ERR, "Usage: s_server [options]\n");
	for (section = option_table; section->title != NULL; section++) {
		text_printf(TEXT_ERR, "\n%s:\n", section->title);
		for (option = section->options; option->name != NULL; option++)
			help_line(option, width);
	}
}

/* Returns the width of the longest name with its value. */
static int
help_width(void)
{
	const struct option_section *section;
	const struct option *option;
	int width = 0, n;

	for (section = option_table; section->title != NULL; section++)
		for (option = section->options; option->name != NULL;
		     option++) {
			n = snprintf(NULL, 0, "-%s %s", option->name,
			    options_kind[option->kind].word);
			width = n > width ? n : width;
		}
	return width;
}

static void
help_line(const struct option *option, int width)
{
	char usage[64];

	snprintf(usage, sizeof(usage), "-%s %s", option->name,
	    options_kind[option->kind].word);
	text_printf(TEXT_ERR, " %-*s %s", width, usage, option->help);
	if (option->initial != NULL)
		text_printf(TEXT_ERR, " (default %s)", option->initial);
	if (option->since != 0)
		text_printf(TEXT_ERR, " (from OpenSSL %u.%u)",
		    OPTION_VERSION_MAJOR(option->since),
		    OPTION_VERSION_MINOR(option->since));
	text_printf(TEXT_ERR, "\n");
}
