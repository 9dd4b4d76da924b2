#include <stdio.h>

#include "config/help.h"
#include "config/option_find.h"
#include "config/option_kind.h"
#include "config/option_table.h"
#include "foundation/text.h"

#define HELP_FIRST "To begin with"

static void help_first(int);
static int help_width(void);
static void help_line(const struct option *, int);

/* What one starts with; these options are listed in their groups, too. */
static const char *const help_firsts[] = { "-accept", "-cert", "-key", "-www",
	"-echo", "-quiet", "-ign_eof", "-workers", "-naccept", "-help_on" };

void
help_print(void)
{
	const struct option_section *section;
	const struct option *option;
	int width;

	width = help_width();
	text_printf(TEXT_ERR, "Usage: s_server [options]\n");
	help_first(width);
	for (section = option_table; section->title != NULL; section++) {
		text_printf(TEXT_ERR, "\n%s:\n", section->title);
		for (option = section->options; option->name != NULL; option++)
			help_line(option, width);
	}
}

static void
help_first(int width)
{
	const char *rest;
	size_t i;

	text_printf(TEXT_ERR, "\n%s:\n", HELP_FIRST);
	for (i = 0; i < sizeof(help_firsts) / sizeof(help_firsts[0]); i++)
		help_line(option_named(help_firsts[i], &rest), width);
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
			    option_kind_word(option->kind));
			width = n > width ? n : width;
		}
	return width;
}

static void
help_line(const struct option *option, int width)
{
	char usage[64];

	snprintf(usage, sizeof(usage), "-%s %s", option->name,
	    option_kind_word(option->kind));
	text_printf(TEXT_ERR, " %-*s %s", width, usage, option->help);
	if (option->initial != NULL)
		text_printf(TEXT_ERR, " (default %s)", option->initial);
	if (option->since != 0)
		text_printf(TEXT_ERR, " (from OpenSSL %u.%u)",
		    OPTION_VERSION_MAJOR(option->since),
		    OPTION_VERSION_MINOR(option->since));
	text_printf(TEXT_ERR, "\n");
}
