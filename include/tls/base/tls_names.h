/*
 * Names for numbers of the protocol.
 */
#ifndef TLS_NAMES_H
#define TLS_NAMES_H

/* An entry of a table; the last entry has no name. */
struct tls_name {
	int value;
	const char *name;
};

/* Returns NULL if the value is not in the table. */
const char *tls_name_find(const struct tls_name *table, int value);
/* Returns "TLS 1.3" for 0x0304; NULL if there is no such version. */
const char *tls_name_of_version(int version);
/* Returns "unknown_ca" for 48 (RFC 8446, section 6); NULL: no such alert. */
const char *tls_name_of_alert(int alert);

#endif
