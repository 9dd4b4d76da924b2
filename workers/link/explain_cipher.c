/*
 * Clients whose cipher suites the server does not have, or cannot use: libssl
 * calls all that no shared cipher.
 */
#include <openssl/ssl.h>

#include "config/config.h"
#include "link/explain_offer.h"
#include "link/explain_parts.h"

static bool cipher_needs_identity(struct failing *, bool);
static bool cipher_lacks_curve(struct failing *);
static bool cipher_cannot_sign(struct failing *);
static bool cipher_in_vain(struct failing *);
static bool cipher_has_suites(const struct failing *);
static bool suite_fits(const struct failing *, uint16_t, unsigned *);
static bool suite_is_ours(const struct failing *, uint16_t);
static int suite_exchange(const struct failing *, uint16_t);
static bool suite_signs(const struct failing *, uint16_t);

bool
explain_cipher(struct failing *failing)
{
	bool is_1_3 = SSL_version(failing->ssl) == TLS1_3_VERSION;

	if (!is_1_3 &&
	    (cipher_needs_identity(failing, false) ||
		cipher_needs_identity(failing, true)))
		return true;
	if (!is_1_3 && failing->facts->list[HELLO_LIST_GROUPS].size > 0 &&
	    SSL_get_shared_group(failing->ssl, -1) == 0)
		return explain_group(failing);
	if (!is_1_3 &&
	    (cipher_lacks_curve(failing) || cipher_cannot_sign(failing) ||
		cipher_in_vain(failing)))
		return true;
	if (!cipher_has_suites(failing)) {
		explain_say(failing,
		    "none of the client's cipher suites is for %s, the version "
		    "that was chosen",
		    SSL_get_version(failing->ssl));
		return true;
	}
	explain_say(failing, "no shared cipher suite: client ");
	explain_list(failing, HELLO_LIST_CIPHER_SUITES);
	explain_own_option(failing, is_1_3 ? "ciphersuites" : "cipher",
	    "the library's default list");
	return true;
}

/*
 * Returns true if none of the client's suites goes with our certificates, or
 * none of those that both have.
 */
static bool
cipher_needs_identity(struct failing *failing, bool both)
{
	struct hello_span suites =
	    failing->facts->list[HELLO_LIST_CIPHER_SUITES];
	unsigned needed = 0;
	size_t i;

	for (i = 0; i < hello_numbers(suites); i++)
		if ((!both ||
			suite_is_ours(failing, hello_number(suites, i))) &&
		    suite_fits(failing, hello_number(suites, i), &needed))
			return false;
	if (needed == 0)
		return false;
	explain_say(failing, "the %s need a ",
	    both ? "cipher suites that both have" : "client's cipher suites");
	if (needed == KIND_PSK) {
		explain_say(
		    failing, "pre-shared key, and the server has no -psk");
		return true;
	}
	explain_say(failing, "certificate of kind ");
	explain_say_kinds(failing, needed & ~(unsigned)KIND_PSK);
	if (needed & KIND_PSK)
		explain_say(failing, " or a pre-shared key (-psk)");
	explain_say(failing, ", the server has ");
	explain_own_kinds(failing);
	if (failing->config->nocert)
		explain_say(failing, " (-nocert)");
	return true;
}

/*
 * Up to TLS 1.2 the client's groups are also the curves that a certificate may
 * have. Returns true if ours has another one.
 */
static bool
cipher_lacks_curve(struct failing *failing)
{
	struct hello_span groups = failing->facts->list[HELLO_LIST_GROUPS];
	const EVP_PKEY *key = SSL_get_privatekey(failing->ssl);
	struct hello_made_name made;
	uint16_t curve;

	if (groups.size == 0 || explain_kinds(failing->ssl) != KIND_ECDSA ||
	    (curve = explain_curve(key)) == 0 ||
	    hello_has_number(groups, curve))
		return false;
	explain_say(failing,
	    "our certificate is of the curve %s, and the "
	    "client takes only ",
	    hello_name(HELLO_LIST_GROUPS, curve, failing->ssl, &made));
	explain_list(failing, HELLO_LIST_GROUPS);
	return true;
}

/*
 * Up to TLS 1.2 libssl calls it a cipher that is missing if our key cannot sign
 * with any algorithm of the client.
 */
static bool
cipher_cannot_sign(struct failing *failing)
{
	struct hello_span suites =
	    failing->facts->list[HELLO_LIST_CIPHER_SUITES];
	unsigned needed = 0;
	size_t i;

	if (explain_can_sign(failing))
		return false;
	/* Not all suites need a signature. */
	for (i = 0; i < hello_numbers(suites); i++)
		if (suite_fits(failing, hello_number(suites, i), &needed) &&
		    !suite_signs(failing, hello_number(suites, i)))
			return false;
	return explain_signature(failing);
}

/* Returns true if both have a suite: then it is not their lists that differ. */
static bool
cipher_in_vain(struct failing *failing)
{
	const struct hello_span *list = failing->facts->list;
	struct hello_span suites = list[HELLO_LIST_CIPHER_SUITES];
	size_t i;

	for (i = 0; i < hello_numbers(suites); i++)
		if (explain_suite_counts(failing, hello_number(suites, i)) &&
		    suite_is_ours(failing, hello_number(suites, i)))
			break;
	if (i == hello_numbers(suites))
		return false;
	if (list[HELLO_LIST_SIGNATURE_ALGORITHMS].size == 0 &&
	    (SSL_version(failing->ssl) == TLS1_2_VERSION ||
		SSL_version(failing->ssl) == DTLS1_2_VERSION))
		explain_say(failing,
		    "the client named no signature algorithms, which means "
		    "SHA-1, and SHA-1 is not taken");
	else if (list[HELLO_LIST_GROUPS].size == 0 &&
	    suite_exchange(failing, hello_number(suites, i)) == NID_kx_ecdhe)
		explain_say(failing,
		    "the client named no groups, which its cipher suites need");
	else
		explain_say(failing,
		    "both have a cipher suite, but no certificate, group and "
		    "signature algorithm that go with it");
	return true;
}

/* Returns true if a suite of the client is for the version. */
static bool
cipher_has_suites(const struct failing *failing)
{
	struct hello_span suites =
	    failing->facts->list[HELLO_LIST_CIPHER_SUITES];
	size_t i;

	for (i = 0; i < hello_numbers(suites); i++)
		if (!hello_is_grease(hello_number(suites, i)) &&
		    explain_suite_counts(failing, hello_number(suites, i)))
			return true;
	return false;
}

/*
 * Returns true if the suite needs no certificate, or one that we have.
 * Otherwise adds what it needs to needed.
 */
static bool
suite_fits(const struct failing *failing, uint16_t number, unsigned *needed)
{
	const uint8_t bytes[] = { (uint8_t)(number >> 8), (uint8_t)number };
	const SSL_CIPHER *suite = SSL_CIPHER_find(failing->ssl, bytes);
	unsigned kinds = explain_kinds(failing->ssl), kind = 0;

	if (suite == NULL)
		return false;
	if (failing->config->psk == NULL &&
	    explain_is_psk(SSL_CIPHER_get_kx_nid(suite))) {
		*needed |= KIND_PSK;
		return false;
	}
	switch (SSL_CIPHER_get_auth_nid(suite)) {
	case NID_auth_rsa:
		kind = KIND_RSA;
		break;
	case NID_auth_ecdsa:
		kind = KIND_ECDSA;
		/* EdDSA signs for the suites of ECDSA. */
		kinds |= kinds & KIND_OTHER ? KIND_ECDSA : 0;
		break;
	case NID_auth_dss:
		kind = KIND_DSA;
		break;
	case NID_auth_any: /* TLS 1.3, which was not chosen */
		return false;
	default:
		return true;
	}
	*needed |= kind;
	return (kinds & kind) != 0;
}

/* Returns true if the server's list has it. */
static bool
suite_is_ours(const struct failing *failing, uint16_t number)
{
	const STACK_OF(SSL_CIPHER) *own = SSL_get_ciphers(failing->ssl);
	int i;

	for (i = 0; i < sk_SSL_CIPHER_num(own); i++)
		if (SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(own, i)) ==
		    number)
			return true;
	return false;
}

/* Returns the NID of the key exchange of a suite that libssl knows. */
static int
suite_exchange(const struct failing *failing, uint16_t number)
{
	const uint8_t bytes[] = { (uint8_t)(number >> 8), (uint8_t)number };

	return SSL_CIPHER_get_kx_nid(SSL_CIPHER_find(failing->ssl, bytes));
}

/* Returns true if the server signs for it. */
static bool
suite_signs(const struct failing *failing, uint16_t number)
{
	int exchange = suite_exchange(failing, number);

	return exchange != NID_kx_rsa && !explain_is_psk(exchange);
}
