/*
 * The forms of values: their checks, with the error texts of the stock program,
 * and their names in the help.
 */
#ifndef OPTION_KIND_H
#define OPTION_KIND_H

#include "config/option_table.h"

/*
 * Check the text of a value, and fill in what it means. Returns 0, or -1 with
 * the error already printed.
 */
int option_check(const struct option *, struct option_value *);
/* Returns the name of such values in the help, "" for none. */
const char *option_kind_word(enum option_kind);
/* Report an error in the use of an option. Returns -1. */
int option_error(const char *, ...) __attribute__((format(printf, 1, 2)));

#endif
