/*
 * Options by their names on the command line.
 */
#ifndef OPTION_FIND_H
#define OPTION_FIND_H

#include "config/option_table.h"

/*
 * Returns the option that this word of the command line names, with one or two
 * dashes, or NULL. *rest is set to the text after the name: "" or "=value".
 */
const struct option *option_named(const char *word, const char **rest);
/* Returns the text after one or two dashes; without a dash, the word. */
const char *option_name(const char *word);

#endif
