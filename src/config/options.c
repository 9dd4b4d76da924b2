#include <stdlib.h>
#include <string.h>

#include "config/help.h"
#include "config/manual.h"
#include "config/nearest.h"
#include "config/option_find.h"
#include "config/option_kind.h"
#include "config/options.h"
#include "config/options_file.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/wordings.h"

/* A command line, or a line of a file, that is being read. */
struct parser {
	int argc;
	char **argv;
	int next; /* index of the next argument */
	const char *file; /* the value of -options */
	const struct option_judge *judge;
	unsigned one_protocol; /* number of options of each rule so far */
	unsigned no_protocol;
};

static int options_next(struct parser *, struct config *);
static int options_get_value(struct parser *, const struct option *,
    const char *, struct option_value *);
static int options_obey_rules(struct parser *, const struct option *);
static bool option_is_mutant(const struct option *);
static bool options_judge(const struct option_judge *, const struct option *,
    const struct option_value *);
static int options_answer(int, const char *word);
static int options_take_command(const struct parser *, struct config *);
static int options_from_file(struct parser *, struct config *);
static int
options_of_line(struct parser *, struct config *, int count, char **words);
static int options_unknown(const char *, size_t);

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
		if (result == OPTIONS_FILE)
			result = options_from_file(&parser, config);
	}
	if (result == OPTIONS_CTL)
		return options_take_command(&parser, config);
	if (result != 0)
		return result;
	if (parser.next < argc &&
	    (*argv[parser.next] != '\0' ||
		wording(WORDING_EMPTY_ARGUMENT) == NULL))
		return option_error("%s \"%s\"",
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
			if (option_check(option, &value) == -1 ||
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
	const char *name = option_name(word);
	const struct option *option = option_named(word, &rest);
	struct option_value value = { .text = NULL };
	int asked;

	if (option == NULL)
		return options_unknown(name, (size_t)(rest - name));
	if (options_get_value(parser, option, rest, &value) == -1 ||
	    option_check(option, &value) == -1 ||
	    options_obey_rules(parser, option) == -1)
		return -1;
	if (option_is_mutant(option))
		return 0;
	if (!options_judge(parser->judge, option, &value))
		return -1;
	asked = option->set(config, option, &value);
	if (asked == OPTIONS_FILE)
		parser->file = value.text;
	return options_answer(asked, value.text);
}

/*
 * Answer what the user asks in place of a server. Returns what is left to do,
 * as option->set does.
 */
static int
options_answer(int asked, const char *word)
{
	if (asked == OPTIONS_HELP)
		help_print();
	if (asked == OPTIONS_HELP_ON && manual_print(word) == -1)
		return -1;
	return asked;
}

/* What follows -ctl is the command. */
static int
options_take_command(const struct parser *parser, struct config *config)
{
	if (parser->next == parser->argc)
		return option_error("Option -ctl needs a command");
	config->command_count = parser->argc - parser->next;
	config->command = parser->argv + parser->next;
	return OPTIONS_CTL;
}

/* Read all options of a file. Returns as options_next does. */
static int
options_from_file(struct parser *parser, struct config *config)
{
	struct options_file file;
	int result = 0, got = 1;

	if (options_file_open(&file, parser->file) == -1)
		return -1;
	while (result == 0 && (got = options_file_next(&file)) == 1) {
		options_file_hold(&file);
		result =
		    options_of_line(parser, config, file.count, file.words);
		options_file_release(&file, result == -1);
	}
	return got == -1 ? -1 : result;
}

/* The rules of options hold for all lines together. */
static int
options_of_line(
    struct parser *parser, struct config *config, int count, char **words)
{
	struct parser line = *parser;
	int result;

	line.argc = count;
	line.argv = words;
	line.next = 0;
	result = options_next(&line, config);
	if (result == OPTIONS_FILE || result == OPTIONS_CTL) {
		log_warnx("-%s does not go into a file",
		    result == OPTIONS_FILE ? "options" : "ctl");
		return -1;
	}
	if (result == 0 && line.next < count)
		result = option_error("%s \"%s\"",
		    wording(WORDING_EXTRA_ARGUMENT), words[line.next]);
	parser->one_protocol = line.one_protocol;
	parser->no_protocol = line.no_protocol;
	return result;
}

/* Returns -1. */
static int
options_unknown(const char *name, size_t length)
{
	struct nearest nearest;
	char near[256];

	option_error("Unknown option: -%.*s", (int)length, name);
	nearest_init(&nearest, name, length);
	nearest_offer_options(&nearest);
	nearest_list(&nearest, "-", near, sizeof(near));
	if (*near != '\0')
		log_warnx("Did you mean %s?", near);
	return -1;
}

/* rest: the text after the name, "" or "=value". */
static int
options_get_value(struct parser *parser, const struct option *option,
    const char *rest, struct option_value *value)
{
	if (option->kind == KIND_NONE) {
		if (*rest != '\0')
			return option_error(
			    "Option -%s does not take a value", option->name);
		return 0;
	}
	if (*rest == '=')
		value->text = rest + 1;
	else if (parser->next < parser->argc)
		value->text = parser->argv[parser->next++];
	else
		return option_error("Option -%s needs a value", option->name);
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
