/*
 * Reads the command line with the grammar, the checks and the error texts of
 * the stock program. The options are in option_table.c.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

struct config;

/*
 * What only the TLS library knows, asked while the command line is read. Both
 * return 0, or -1 with the error already printed.
 */
struct option_judge {
	/* Is this a value for the option? */
	int (*value)(const char *name, const char *value);
	/* Is the library as new as this OPTION_VERSION? */
	int (*version)(const char *name, unsigned since);
};

/* What a user may ask, in place of a server; and a file of further options. */
enum options_asked {
	OPTIONS_HELP = 1,
	OPTIONS_VERSION,
	OPTIONS_HELP_ON,
	OPTIONS_FILE,
	OPTIONS_CTL
};

/*
 * Fill the configuration from the command line. Returns 0; OPTIONS_VERSION if
 * the program is to print the versions and is done then; OPTIONS_CTL if it
 * is to send the command that the configuration names; OPTIONS_HELP or
 * OPTIONS_HELP_ON if that was printed and the program is done; or -1 with the
 * error already printed.
 */
int options_parse(
    struct config *, int argc, char **argv, const struct option_judge *);
/* Set the defaults that the table contains. Called by config_init(). */
void options_set_defaults(struct config *);

#endif
