/*
 * Clients that have no group or no signature algorithm that the server has.
 */
#include <openssl/ssl.h>

#include "config/config.h"
#include "link/explain_offer.h"
#include "link/explain_parts.h"

#define SIGNS_SHA1 2 /* the first byte of an algorithm of TLS 1.2 */

static bool signature_lacks_key(struct failing *);
static void signature_say_own(struct failing *);
static unsigned signature_kind(uint16_t);

bool
explain_group(struct failing *failing)
{
	const char *own = explain_option(failing, "groups");

	if (failing->facts->list[HELLO_LIST_GROUPS].size == 0)
		return false;
	if (failing->witness->alert_sent == TLS13_AD_MISSING_EXTENSION) {
		explain_say(failing,
		    "the client of TLS 1.3 named groups and sent no key_share");
		return true;
	}
	explain_say(failing, "no shared group: client ");
	explain_list(failing, HELLO_LIST_GROUPS);
	explain_own_option(failing, own != NULL ? "groups" : "curves",
	    "the library's default list");
	return true;
}

bool
explain_signature(struct failing *failing)
{
	if (explain_kinds(failing->ssl) == 0)
		return signature_lacks_key(failing);
	if (SSL_version(failing->ssl) < TLS1_2_VERSION ||
	    SSL_version(failing->ssl) == DTLS1_VERSION) {
		explain_say(failing,
		    "TLS 1.1 and older sign with SHA-1 and "
		    "MD5, which the security level forbids "
		    "(SECLEVEL in -cipher)");
		return true;
	}
	if (failing->facts->list[HELLO_LIST_SIGNATURE_ALGORITHMS].size == 0)
		return false;
	explain_say(failing, "no shared signature algorithm: client ");
	explain_list(failing, HELLO_LIST_SIGNATURE_ALGORITHMS);
	if (explain_option(failing, "sigalgs") != NULL) {
		explain_own_option(failing, "sigalgs", "");
		return true;
	}
	explain_say(failing, "; server: its certificate is of kind ");
	explain_own_kinds(failing);
	signature_say_own(failing);
	return true;
}

bool
explain_can_sign(const struct failing *failing)
{
	struct hello_span list =
	    failing->facts->list[HELLO_LIST_SIGNATURE_ALGORITHMS];
	unsigned kinds = explain_kinds(failing->ssl);
	size_t i;

	for (i = 0; i < hello_numbers(list); i++)
		if (signature_kind(hello_number(list, i)) & kinds)
			return true;
	return list.size == 0 || kinds == 0;
}

static bool
signature_lacks_key(struct failing *failing)
{
	const char *lacks = failing->config->nocert
	    ? "the server has no certificate (-nocert)"
	    : "the server has no certificate";

	if (failing->facts->has_psk)
		explain_say(failing,
		    "the identity of the client's pre-shared key is not that "
		    "of -psk_identity, nor that of a session, and %s",
		    lacks);
	else
		explain_say(failing,
		    "%s, and the client offers no pre-shared key", lacks);
	return true;
}

/* Append what matters of our key if the client has algorithms of its kind. */
static void
signature_say_own(struct failing *failing)
{
	struct hello_span list =
	    failing->facts->list[HELLO_LIST_SIGNATURE_ALGORITHMS];
	bool is_1_3 = SSL_version(failing->ssl) == TLS1_3_VERSION;
	unsigned kinds = explain_kinds(failing->ssl), matching = 0;
	const EVP_PKEY *key = SSL_get_privatekey(failing->ssl);
	uint16_t curve = explain_curve(key);
	struct hello_made_name made;
	bool newer = false;
	size_t i;

	for (i = 0; i < hello_numbers(list); i++) {
		if ((signature_kind(hello_number(list, i)) & kinds) == 0)
			continue;
		matching |= signature_kind(hello_number(list, i));
		newer = newer || hello_number(list, i) >> 8 != SIGNS_SHA1;
	}
	if (matching == 0)
		return;
	if (!newer)
		explain_say(failing, ", and SHA-1 is not taken");
	else if (is_1_3 && matching == KIND_RSA)
		explain_say(failing, ", and signs with %s in TLS 1.3",
		    EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS
			? "rsa_pss_pss"
			: "rsa_pss_rsae");
	else if (is_1_3 && matching == KIND_ECDSA && curve != 0)
		explain_say(failing, " (%s)",
		    hello_name(HELLO_LIST_GROUPS, curve, failing->ssl, &made));
}

/* RFC 5246, section 7.4.1.4.1, and RFC 8446, section 4.2.3. */
static unsigned
signature_kind(uint16_t number)
{
	if (number >> 8 == 8)
		return number == 0x0807 || number == 0x0808 ? KIND_OTHER
							    : KIND_RSA;
	switch (number & 0xff) {
	case 1:
		return KIND_RSA;
	case 2:
		return KIND_DSA;
	case 3:
		return KIND_ECDSA;
	default:
		return KIND_OTHER;
	}
}
