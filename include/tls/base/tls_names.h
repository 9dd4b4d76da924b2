/*
 * Numbers of the protocol in words.
 */
#ifndef TLS_NAMES_H
#define TLS_NAMES_H

/* The last entry of a table has no name. */
struct tls_name {
	int value;
	const char *name;
};

/* NULL: it is not in the table. */
const char *tls_name_find(const struct tls_name *table, int value);
/* "TLS 1.3" for 0x0304; NULL: there is no such version. */
const char *tls_name_of_version(int version);

#endif
