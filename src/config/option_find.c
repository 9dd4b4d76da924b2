#include <string.h>

#include "config/option_find.h"
#include "config/options.h"

/* Another name of -help, which the stock program does not list, either. */
static const struct option option_h = {
	.name = "h", .set = config_ask, .argument = OPTIONS_HELP
};

const struct option *
option_named(const char *word, const char **rest)
{
	const char *name = option_name(word);
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
	if (length == 1 && *name == *option_h.name)
		return &option_h;
	return NULL;
}

const char *
option_name(const char *word)
{
	if (word[0] != '-')
		return word;
	return word + (word[1] == '-' ? 2 : 1);
}
