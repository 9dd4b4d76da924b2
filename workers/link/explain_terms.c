/*
 * What hints say of the client's lists, of our options and of our keys.
 */
#include <string.h>

#include <openssl/ssl.h>

#include "config/config.h"
#include "link/explain_offer.h"
#include "link/explain_parts.h"
#include "tls/base/tls_names.h"

#define LIST_MAX 4 /* names of a list that are said */

/* Numbers of cipher suites. */
#define SUITES_1_3		 0x13 /* the first byte */
#define SUITE_RENEGOTIATION_INFO 0x00ff /* RFC 5746 */
#define SUITE_FALLBACK		 0x5600 /* RFC 7507 */

static unsigned kind_of_key(const EVP_PKEY *);

void
explain_list(struct failing *failing, enum hello_list list)
{
	struct hello_span numbers = failing->facts->list[list];
	size_t i, said = 0, left = 0;
	struct hello_made_name made;

	for (i = 0; i < hello_numbers(numbers); i++) {
		if (hello_is_grease(hello_number(numbers, i)) ||
		    (list == HELLO_LIST_CIPHER_SUITES &&
			!explain_suite_counts(
			    failing, hello_number(numbers, i))))
			continue;
		if (said++ >= LIST_MAX) {
			left++;
			continue;
		}
		explain_say(failing, "%s%s", said > 1 ? ", " : "",
		    hello_name(
			list, hello_number(numbers, i), failing->ssl, &made));
	}
	if (left > 0)
		explain_say(failing, " and %zu more", left);
	else if (said == 0)
		explain_say(failing, "none");
}

/* Suites of TLS 1.3 are their own, and some numbers are only signals. */
bool
explain_suite_counts(const struct failing *failing, uint16_t number)
{
	bool is_1_3 = SSL_version(failing->ssl) == TLS1_3_VERSION;

	return number != SUITE_RENEGOTIATION_INFO && number != SUITE_FALLBACK &&
	    (number >> 8 == SUITES_1_3) == is_1_3;
}

const char *
explain_option(const struct failing *failing, const char *name)
{
	const struct ssl_conf *conf;
	const char *value = NULL;

	STAILQ_FOREACH (conf, &failing->config->ssl_conf, entry)
		if (strcmp(conf->name, name) == 0 && conf->value != NULL)
			value = conf->value;
	return value;
}

bool
explain_has_option(const struct failing *failing, const char *name)
{
	const struct ssl_conf *conf;

	STAILQ_FOREACH (conf, &failing->config->ssl_conf, entry)
		if (strcasecmp(conf->name, name) == 0)
			return true;
	return false;
}

void
explain_own_option(
    struct failing *failing, const char *option, const char *otherwise)
{
	const char *value = explain_option(failing, option);

	if (value != NULL)
		explain_say(failing, "; server -%s %s", option, value);
	else
		explain_say(failing, "; server: %s", otherwise);
}

/* The connection has failed, so its current certificate may change. */
unsigned
explain_kinds(SSL *ssl)
{
	unsigned kinds = 0;
	long more;

	for (more = SSL_set_current_cert(ssl, SSL_CERT_SET_FIRST); more == 1;
	     more = SSL_set_current_cert(ssl, SSL_CERT_SET_NEXT))
		kinds |= kind_of_key(SSL_get_privatekey(ssl));
	return kinds;
}

void
explain_own_kinds(struct failing *failing)
{
	explain_say_kinds(failing, explain_kinds(failing->ssl));
}

void
explain_say_kinds(struct failing *failing, unsigned kinds)
{
	static const char *const names[] = { "RSA", "ECDSA", "DSA", "another" };
	const char *before = "";
	unsigned i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((kinds & 1U << i) == 0)
			continue;
		explain_say(failing, "%s%s", before, names[i]);
		before = " or ";
	}
	if (kinds == 0)
		explain_say(failing, "none");
}

uint16_t
explain_curve(const EVP_PKEY *key)
{
	static const struct tls_name curves[] = {
		{ 0x0017, "prime256v1" },
		{ 0x0018, "secp384r1" },
		{ 0x0019, "secp521r1" },
		{ 0, NULL },
	};
	const struct tls_name *curve;
	char name[80];

	if (key == NULL ||
	    EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) != 1)
		return 0;
	for (curve = curves; curve->name != NULL; curve++)
		if (strcmp(curve->name, name) == 0)
			return (uint16_t)curve->value;
	return 0;
}

static unsigned
kind_of_key(const EVP_PKEY *key)
{
	if (key == NULL)
		return 0;
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		return KIND_RSA;
	case EVP_PKEY_EC:
		return KIND_ECDSA;
	case EVP_PKEY_DSA:
		return KIND_DSA;
	default:
		return KIND_OTHER;
	}
}
