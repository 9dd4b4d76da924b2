/*
 * Reads the command line with the grammar, the checks and the error texts of
 * the stock program. The options are in option_table.c.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

struct config;

/*
 * Checks a value that only the TLS library can check; called while the command
 * line is read. Returns 0, or -1 with the error already printed.
 */
typedef int option_judge(const char *name, const char *value);

/*
 * Fill the configuration from the command line. Returns 0, 1 if the help was
 * printed and the program is done, or -1 with the error already printed.
 */
int options_parse(struct config *, int argc, char **argv, option_judge *);
/* Set the defaults that the table contains. Called by config_init(). */
void options_set_defaults(struct config *);

#endif
