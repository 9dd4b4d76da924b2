/*
 * The table of all options: the only place that knows their names, the form of
 * their values and the fields that the values go to. options.c reads a
 * command line by the table, and help.c prints it.
 */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

#define OPTION_HEX_DIGITS "0123456789abcdefABCDEF"

/* The form of a value; option_kind.c has a table of them. */
enum option_kind {
	KIND_NONE, /* the option has no value */
	KIND_STRING,
	KIND_URI,
	KIND_INFILE,
	KIND_OUTFILE,
	KIND_DIRECTORY, /* must exist */
	KIND_NUMBER, /* an int */
	KIND_NON_NEGATIVE,
	KIND_POSITIVE,
	KIND_INTMAX,
	KIND_BYTES, /* an intmax_t with a minimum */
	KIND_PORT, /* a positive number or 0 */
	KIND_EARLY_DATA, /* bytes, not negative; has its own error message */
	KIND_PEM_DER, /* the format of a certificate */
	KIND_FORMAT, /* the format of a key */
	KIND_HEX,
};

/* A checked value. */
struct option_value {
	const char *text; /* NULL: the option has none */
	intmax_t number; /* set for the numeric kinds */
	enum file_format format; /* set for the format kinds */
};

/* Options of one rule cannot be combined with options of the other rule. */
enum option_rule {
	RULE_NONE,
	RULE_ONE_PROTOCOL, /* -tls1_2: only this version */
	RULE_NO_PROTOCOL, /* -no_tls1_2: not this version */
};

/* Which part of a value is secret; see masking.h. */
enum option_secret {
	SECRET_IN_URI, /* login and PIN, if the value contains "://" */
	SECRET_LOGIN, /* the same, even if the URL does not contain "://" */
	SECRET_ALL,
};

/* A version of the TLS library: 3, 2 for OpenSSL 3.2. */
#define OPTION_VERSION(major, minor)  ((major) << 8 | (minor))
#define OPTION_VERSION_MAJOR(version) ((version) >> 8)
#define OPTION_VERSION_MINOR(version) ((version)&0xff)

struct option;

/*
 * Returns 0, one of enum options_asked if the program has nothing left to do
 * but to answer that, or -1 with the error already printed.
 */
typedef int option_setter(
    struct config *, const struct option *, const struct option_value *);

struct option {
	const char *name; /* without its dash; NULL ends a section */
	enum option_kind kind;
	enum option_rule rule;
	enum option_secret secret;
	option_setter *set;
	bool is_judged; /* the option_judge checks the value at once */
	size_t field; /* offset in struct config, for setters of one field */
	int argument; /* for the setter */
	int minimum; /* for KIND_BYTES */
	int maximum; /* for numbers; 0: the maximum of the type */
	const char *initial; /* the default as a user writes it, or NULL */
	/* The first OPTION_VERSION that the option works with; 0: all have it.
	 */
	unsigned since;
	const char *help;
	/*
	 * For completion in shells: the words that the value is one of, or a
	 * list of with this separator. In place of words "@files", "@folders",
	 * "@hosts", "@options", "@ciphers", "@ciphersuites", "@groups",
	 * "@sigalgs". Not for values whose kind says it.
	 */
	const char *values;
	const char *separator;
};

/* The options that the help lists under one heading. */
struct option_section {
	const char *title; /* NULL ends the table */
	const struct option *options;
};

extern const struct option_section option_table[];

/* Setters of one field, which must have this type; in config_set.c. */
option_setter config_set_flag;
option_setter config_clear_flag;
option_setter config_set_text;
option_setter config_set_int;
option_setter config_set_unsigned;
option_setter config_set_int64;
option_setter config_set_format; /* an enum file_format */
option_setter config_set_level; /* sets an int to the option's argument */
option_setter config_add_text; /* adds to a struct strings */
option_setter config_add_conf; /* adds to a struct ssl_conf_list */
/* Returns zeroed memory that lives as long as the program. */
void *config_keep(size_t);
/* The setter of -help, -version and their kin: it returns the option's
 * argument.
 */
option_setter config_ask;
/* Setters that do more than to set one field. */
option_setter config_set_accept;
option_setter config_set_brief;
option_setter config_set_console;
option_setter config_set_label_host;
option_setter config_set_log_events;
option_setter config_set_context_hex;
option_setter config_set_ctl;
option_setter config_set_dtls;
option_setter config_set_dtls_version;
option_setter config_set_family;
option_setter config_set_messages;
option_setter config_set_mode;
option_setter config_set_nbio_test;
option_setter config_set_port;
option_setter config_set_answers;
option_setter config_set_session_store;
option_setter config_set_srp;
option_setter config_set_status;
option_setter config_set_ticket_format;
option_setter config_set_unix;
option_setter config_set_verify;
option_setter config_set_version;
/* Setters for certificates and keys; in config_identity.c. */
option_setter config_set_certform;
option_setter config_set_keyform;
option_setter config_set_xcert;
option_setter config_set_xcertform;
option_setter config_set_xchain;
option_setter config_set_xchain_build;
option_setter config_set_xkey;
option_setter config_set_xkeyform;

#endif
