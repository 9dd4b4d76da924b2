/*
 * The command line: read with the stock program's grammar, checks and error
 * texts by the table in option_table.c.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

struct config;

/*
 * Asked about values that only the TLS library can judge, while the command
 * line is read. Returns 0, or -1 with the error already printed.
 */
typedef int option_judge(const char *name, const char *value);

/*
 * Fill the configuration from the command line. Returns 0, 1 if the help was
 * printed and the program is done, -1 with the error already printed.
 */
int options_parse(struct config *, int argc, char **argv, option_judge *);
/* What the table names as defaults. Called by config_init(). */
void options_set_defaults(struct config *);

#endif
