/*
 * The parts of explain_offer.c, for it and for each other only. Each of the
 * first four explains one thing that client and server do not have in common;
 * it returns false if it does not know why. All need the facts of the
 * ClientHello.
 */
#ifndef EXPLAIN_OFFER_H
#define EXPLAIN_OFFER_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "link/hello_facts.h"

struct failing;

/* Kinds of keys, as bits. */
enum {
	KIND_RSA = 1,
	KIND_ECDSA = 2,
	KIND_DSA = 4,
	KIND_OTHER = 8,
	KIND_PSK = 16 /* no certificate */
};

bool explain_version(struct failing *);
bool explain_cipher(struct failing *);
bool explain_group(struct failing *);
bool explain_signature(struct failing *);

/*
 * Returns true if a key of ours can sign with an algorithm of the client, or if
 * the client names no algorithms, or we have no key.
 */
bool explain_can_sign(const struct failing *);

/*
 * Append the names of the first numbers of a list, such as "x25519, x448 and 3
 * more", or "none".
 */
void explain_list(struct failing *, enum hello_list);
/*
 * Returns true if a cipher suite is for the version that was chosen, and not
 * only a signal.
 */
bool explain_suite_counts(const struct failing *, uint16_t number);

/* The value of an option of SSL_CONF_cmd(3), or NULL; the last one counts. */
const char *explain_option(const struct failing *, const char *name);
/* Returns true if the option, which has no value, was given. */
bool explain_has_option(const struct failing *, const char *name);
/* Append "; server -groups X25519", or what the server has without it. */
void
explain_own_option(struct failing *, const char *option, const char *otherwise);

/* The kinds of our keys. The current certificate of the connection changes. */
unsigned explain_kinds(SSL *);
/* Append kinds of keys, such as "RSA or ECDSA", or "none". */
void explain_say_kinds(struct failing *, unsigned kinds);
/* Append the kinds of our keys. */
void explain_own_kinds(struct failing *);
/* The number of the group that the key is of, or 0. */
uint16_t explain_curve(const EVP_PKEY *);

#endif
