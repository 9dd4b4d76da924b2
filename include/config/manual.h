/*
 * The manual page as plain text, for -help_on.
 */
#ifndef MANUAL_H
#define MANUAL_H

/* Made from man/s_server.1 by man/text.awk, which tells its form. */
extern const char manual_text[];

/*
 * Print on standard output what the page says about an option (with or without
 * dashes), a group of options or a chapter. Returns 0, or -1 if there is
 * nothing of that name (reported).
 */
int manual_print(const char *word);

#endif
