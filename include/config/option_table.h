/*
 * The table of all options: the only place that knows their names, what their
 * values look like and where these go. options.c reads command lines and
 * writes the help by it.
 */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

#define OPTION_HEX_DIGITS "0123456789abcdefABCDEF"

/* What a value must look like; options.c has a table of these. */
enum option_kind {
	KIND_NONE, /* there is none */
	KIND_STRING,
	KIND_URI,
	KIND_INFILE,
	KIND_OUTFILE,
	KIND_DIRECTORY, /* one that exists */
	KIND_NUMBER, /* an int */
	KIND_NON_NEGATIVE,
	KIND_POSITIVE,
	KIND_INTMAX,
	KIND_BYTES, /* an intmax_t with a minimum */
	KIND_PORT, /* as positive, and 0 */
	KIND_EARLY_DATA, /* bytes: not negative, with an error of its own */
	KIND_PEM_DER, /* format of a certificate */
	KIND_FORMAT, /* format of a key */
	KIND_HEX,
};

/* A value that was checked. */
struct option_value {
	const char *text; /* NULL: the option has none */
	intmax_t number; /* of the numeric kinds */
	enum file_format format; /* of the format kinds */
};

/* Options of one rule count against those of the other. */
enum option_rule {
	RULE_NONE,
	RULE_ONE_PROTOCOL, /* -tls1_2: this version alone */
	RULE_NO_PROTOCOL, /* -no_tls1_2: this one not */
};

/* What in a value nobody else may see; masking.h. */
enum option_secret {
	SECRET_IN_URI, /* of one with "://" the login, and a PIN */
	SECRET_LOGIN, /* the same of a URL that need not have "://" */
	SECRET_ALL,
};

struct option;

/*
 * Returns 0, 1 if nothing is left to do for the program, or -1 with the error
 * already printed.
 */
typedef int option_setter(
    struct config *, const struct option *, const struct option_value *);

struct option {
	const char *name; /* without its dash; NULL ends a section */
	enum option_kind kind;
	enum option_rule rule;
	enum option_secret secret;
	option_setter *set;
	bool is_judged; /* by the option_judge, as soon as it is read */
	size_t field; /* offset in struct config, if one field is all */
	int argument; /* what else the setter must know */
	int minimum; /* of the kind bytes */
	int maximum; /* of a number; 0: what its type holds */
	const char *initial; /* the default, as it would be given, or NULL */
	const char *help;
};

/* What the help lists under one heading. */
struct option_section {
	const char *title; /* NULL ends the table */
	const struct option *options;
};

extern const struct option_section option_table[];

/*
 * The option that a word of the command line names, with one dash or two; NULL:
 * none. Sets what stands behind its name: nothing, or "=value". In options.c.
 */
const struct option *option_named(const char *word, const char **rest);
/* -help; in options.c. */
option_setter option_print_help;

/* For one field, which must have this type; in config_set.c. */
option_setter config_set_flag;
option_setter config_clear_flag;
option_setter config_set_text;
option_setter config_set_int;
option_setter config_set_unsigned;
option_setter config_set_int64;
option_setter config_set_format; /* an enum file_format */
option_setter config_set_level; /* an int, to the option's argument */
option_setter config_add_text; /* to a struct strings */
option_setter config_add_conf; /* to a struct ssl_conf_list */
/* Zeroed memory that lives as long as the program. */
void *config_keep(size_t);
/* For more than a field. */
option_setter config_set_accept;
option_setter config_set_brief;
option_setter config_set_console;
option_setter config_set_label_host;
option_setter config_set_context_hex;
option_setter config_set_dtls;
option_setter config_set_dtls_version;
option_setter config_set_family;
option_setter config_set_messages;
option_setter config_set_mode;
option_setter config_set_nbio_test;
option_setter config_set_port;
option_setter config_set_answers;
option_setter config_set_srp;
option_setter config_set_status;
option_setter config_set_ticket_format;
option_setter config_set_unix;
option_setter config_set_verify;
option_setter config_set_version;
/* Of certificates and keys; in config_identity.c. */
option_setter config_set_certform;
option_setter config_set_keyform;
option_setter config_set_xcert;
option_setter config_set_xcertform;
option_setter config_set_xchain;
option_setter config_set_xchain_build;
option_setter config_set_xkey;
option_setter config_set_xkeyform;

#endif
