/*
 * Names for the numbers of a ClientHello: those of IANA's registries, but for
 * cipher suites and versions those of the TLS library, as in the rest of what
 * the program prints.
 */
#ifndef HELLO_NAMES_H
#define HELLO_NAMES_H

#include <stdint.h>

#include <openssl/ssl.h>

/* The lists of numbers that a ClientHello has. */
enum hello_list {
	HELLO_LIST_VERSIONS,
	HELLO_LIST_CIPHER_SUITES,
	HELLO_LIST_GROUPS,
	HELLO_LIST_SIGNATURE_ALGORITHMS,
	HELLO_LIST_EXTENSIONS,
	HELLO_LIST_KEY_SHARES, /* groups */
	HELLO_LISTS
};

/* Room for a name that has to be made, such as "0xabcd". */
struct hello_made_name {
	char text[8];
};

/*
 * Returns the name of a number of the list, "GREASE", or the number in
 * hexadecimal digits, which is then in made. The SSL finds cipher suites.
 */
const char *hello_name(
    enum hello_list, uint16_t number, SSL *, struct hello_made_name *made);

#endif
