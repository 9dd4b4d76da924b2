/*
 * Clients that have nothing in common with us: no version, no cipher suite, no
 * group, no signature algorithm, no protocol, or that ask for another server.
 */
#include <string.h>

#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "link/explain_parts.h"
#include "tls/base/openssl_compat.h"
#include "tls/base/tls_names.h"

#define LIST_MAX 4 /* names of a list that are said */

/* Numbers of cipher suites. */
#define SUITES_1_3		 0x13 /* the first byte */
#define SUITE_RENEGOTIATION_INFO 0x00ff /* RFC 5746 */
#define SUITE_FALLBACK		 0x5600 /* RFC 7507 */

#define SIGNS_SHA1 2 /* the first byte of an algorithm of TLS 1.2 */

#ifdef OPENSSL_NO_SSL3
#define OFF_SSL3 0 /* the library does not have it */
#else
#define OFF_SSL3 SSL_OP_NO_SSLv3
#endif

/* A version and how it is switched off. */
struct offer_version {
	uint16_t version;
	const char *name, *option; /* -tls1_2 */
	uint64_t off;
};

static bool offer_version(struct failing *);
static bool offer_no_1_3(struct failing *, uint16_t);
static void
offer_own_versions(struct failing *, bool, const struct offer_version *);
static const struct offer_version *offer_find_version(uint16_t);
static bool offer_takes(const struct failing *, const struct offer_version *);
static const char *offer_version_option(
    const struct failing *, bool, const struct offer_version *);
static bool offer_option_matters(const char *, const struct offer_version *);
static bool offer_cipher(struct failing *);
static bool offer_cipher_needs_identity(struct failing *, bool);
static bool offer_curve(struct failing *);
static bool offer_cipher_signs(struct failing *);
static bool offer_cipher_in_vain(struct failing *);
static bool offer_has_suites(const struct failing *);
static unsigned kind_of_signature(uint16_t);
static void say_signing(struct failing *);
static bool offer_group(struct failing *);
static bool offer_signature(struct failing *);
static bool offer_no_identity(struct failing *);
static bool offer_protocol(struct failing *);
static bool offer_name(struct failing *);
static void offer_own(struct failing *, const char *, const char *);
static bool suite_fits(const struct failing *, uint16_t, unsigned *);
static bool suite_is_ours(const struct failing *, uint16_t);
static int suite_exchange(const struct failing *, uint16_t);
static bool suite_signs(const struct failing *, uint16_t);
static bool suite_counts(const struct failing *, uint16_t);
static unsigned own_kinds(SSL *);
static unsigned kind_of_key(const EVP_PKEY *);
static uint16_t curve_of_key(const EVP_PKEY *);
static void say_kinds(struct failing *, unsigned);

/* In the order in which they rise. */
static const struct offer_version versions[] = {
	{ SSL3_VERSION, "SSL 3.0", "-ssl3", OFF_SSL3 },
	{ TLS1_VERSION, "TLS 1.0", "-tls1", SSL_OP_NO_TLSv1 },
	{ TLS1_1_VERSION, "TLS 1.1", "-tls1_1", SSL_OP_NO_TLSv1_1 },
	{ TLS1_2_VERSION, "TLS 1.2", "-tls1_2", SSL_OP_NO_TLSv1_2 },
	{ TLS1_3_VERSION, "TLS 1.3", "-tls1_3", SSL_OP_NO_TLSv1_3 },
	{ DTLS1_VERSION, "DTLS 1.0", "-dtls1", SSL_OP_NO_DTLSv1 },
	{ DTLS1_2_VERSION, "DTLS 1.2", "-dtls1_2", SSL_OP_NO_DTLSv1_2 },
	{ 0xfefc, "DTLS 1.3", NULL, 0 },
};

#define VERSIONS (sizeof(versions) / sizeof(versions[0]))

/* Kinds of keys, as bits. */
enum {
	KIND_RSA = 1,
	KIND_ECDSA = 2,
	KIND_DSA = 4,
	KIND_OTHER = 8,
	KIND_PSK = 16 /* no certificate */
};

bool
explain_offer(struct failing *failing)
{
	if (failing->facts == NULL)
		return false;
	switch (failing->reason) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
	case SSL_R_VERSION_TOO_HIGH:
	case SSL_R_WRONG_SSL_VERSION:
		return offer_version(failing);
	case SSL_R_NO_SHARED_CIPHER:
		return offer_cipher(failing);
	case SSL_R_NO_SUITABLE_KEY_SHARE:
	case SSL_R_NO_SHARED_GROUPS:
	case SSL_R_NO_SUITABLE_GROUPS:
		return offer_group(failing);
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
	case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
		return offer_signature(failing);
	case SSL_R_NO_APPLICATION_PROTOCOL:
		return offer_protocol(failing);
	default:
		return offer_name(failing);
	}
}

static bool
offer_version(struct failing *failing)
{
	const struct hello_facts *facts = failing->facts;
	const struct offer_version *high = offer_find_version(facts->highest);
	const struct offer_version *low = offer_find_version(facts->lowest),
				   *at;
	bool above = false, below = false, within = false;

	if (high == NULL || low == NULL)
		return false;
	for (at = versions; at < versions + VERSIONS; at++) {
		if (!offer_takes(failing, at))
			continue;
		above = above || at > high;
		below = below || at < low;
		within = within || (at >= low && at <= high);
	}
	if (within)
		return offer_no_1_3(failing, low->version);
	if (above && !below)
		explain_say(
		    failing, "the client offers %s at most, ", high->name);
	else if (below && !above && facts->names_versions)
		explain_say(
		    failing, "the client offers %s at least, ", low->name);
	else
		return false;
	offer_own_versions(failing, above, above ? high : low);
	return true;
}

/* The version is enabled, but libssl does not choose it without a key. */
static bool
offer_no_1_3(struct failing *failing, uint16_t version)
{
	if (version != TLS1_3_VERSION || own_kinds(failing->ssl) != 0 ||
	    failing->config->psk != NULL)
		return false;
	explain_say(failing,
	    "TLS 1.3 needs a certificate or a pre-shared key, and the server "
	    "has neither (-cert, -psk)");
	return true;
}

/*
 * lowest: it is our lowest version that matters, otherwise the highest one. The
 * client's own that is next to ours is given.
 */
static void
offer_own_versions(
    struct failing *failing, bool lowest, const struct offer_version *next)
{
	const char *option = offer_version_option(failing, lowest, next);
	const struct offer_version *at, *found = NULL;

	if (option != NULL) {
		explain_say(failing, "the server was started with %s", option);
		return;
	}
	for (at = versions; at < versions + VERSIONS; at++)
		if (offer_takes(failing, at) && (found == NULL || !lowest))
			found = at;
	if (found != NULL)
		explain_say(failing,
		    "the server takes %s %s, by the library's configuration "
		    "or its security level (SECLEVEL in -cipher)",
		    found->name, lowest ? "at least" : "at most");
}

static const struct offer_version *
offer_find_version(uint16_t version)
{
	size_t i;

	for (i = 0; i < VERSIONS; i++)
		if (versions[i].version == version)
			return &versions[i];
	return NULL;
}

/* The numbers of DTLS versions fall. */
static bool
offer_takes(const struct failing *failing, const struct offer_version *version)
{
	long min = SSL_get_min_proto_version(failing->ssl);
	long max = SSL_get_max_proto_version(failing->ssl);
	bool datagrams = version->version >> 8 == DTLS1_VERSION_MAJOR;
	long number = datagrams ? -(long)version->version : version->version;

	if (datagrams) {
		min = -min;
		max = -max;
	}
	return datagrams == failing->facts->datagrams && version->off != 0 &&
	    (min == 0 || number >= min) && (max == 0 || number <= max) &&
	    (SSL_get_options(failing->ssl) & version->off) == 0;
}

/*
 * Returns the option that leaves out lower or higher versions than ours, or
 * NULL. They are looked for in this order.
 */
static const char *
offer_version_option(
    const struct failing *failing, bool lower, const struct offer_version *next)
{
	static const char *const options[] = { "-min_protocol", "-no_tls1_2",
		"-no_tls1_1", "-no_tls1", "-max_protocol", "-no_tls1_3",
		"-no_tls1_2" };
	const size_t higher = 4; /* here those for higher ones begin */
	const struct config *config = failing->config;
	size_t i;

	if (config->min_version != 0 &&
	    config->min_version == config->max_version)
		for (i = 0; i < VERSIONS; i++)
			if (versions[i].version == config->min_version)
				return versions[i].option;
	for (i = lower ? 0 : higher;
	     i < (lower ? higher : sizeof(options) / sizeof(options[0])); i++)
		if (explain_has_option(failing, options[i] + 1) &&
		    offer_option_matters(options[i], next))
			return options[i];
	return NULL;
}

/* -no_tls1 keeps nobody away who offers TLS 1.1. */
static bool
offer_option_matters(const char *option, const struct offer_version *next)
{
	static const char no[] = "-no_";

	return strncmp(option, no, sizeof(no) - 1) != 0 ||
	    (next->option != NULL &&
		strcmp(option + sizeof(no) - 1, next->option + 1) == 0);
}

static bool
offer_cipher(struct failing *failing)
{
	bool is_1_3 = SSL_version(failing->ssl) == TLS1_3_VERSION;

	if (!is_1_3 &&
	    (offer_cipher_needs_identity(failing, false) ||
		offer_cipher_needs_identity(failing, true)))
		return true;
	if (!is_1_3 && failing->facts->list[HELLO_LIST_GROUPS].size > 0 &&
	    SSL_get_shared_group(failing->ssl, -1) == 0)
		return offer_group(failing);
	if (!is_1_3 &&
	    (offer_curve(failing) || offer_cipher_signs(failing) ||
		offer_cipher_in_vain(failing)))
		return true;
	if (!offer_has_suites(failing)) {
		explain_say(failing,
		    "none of the client's cipher suites is for %s, the version "
		    "that was chosen",
		    SSL_get_version(failing->ssl));
		return true;
	}
	explain_say(failing, "no shared cipher suite: client ");
	explain_list(failing, HELLO_LIST_CIPHER_SUITES);
	offer_own(failing, is_1_3 ? "ciphersuites" : "cipher",
	    "the library's default list");
	return true;
}

/*
 * Returns true if none of the client's suites goes with our certificates, or
 * none of those that both have.
 */
static bool
offer_cipher_needs_identity(struct failing *failing, bool both)
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
	say_kinds(failing, needed & ~(unsigned)KIND_PSK);
	if (needed & KIND_PSK)
		explain_say(failing, " or a pre-shared key (-psk)");
	explain_say(failing, ", the server has ");
	explain_own_kinds(failing);
	if (failing->config->nocert)
		explain_say(failing, " (-nocert)");
	return true;
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
	unsigned kinds = own_kinds(failing->ssl), kind = 0;

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

/*
 * Up to TLS 1.2 the client's groups are also the curves that a certificate may
 * have. Returns true if ours has another one.
 */
static bool
offer_curve(struct failing *failing)
{
	struct hello_span groups = failing->facts->list[HELLO_LIST_GROUPS];
	const EVP_PKEY *key = SSL_get_privatekey(failing->ssl);
	struct hello_made_name made;
	uint16_t curve;

	if (groups.size == 0 || own_kinds(failing->ssl) != KIND_ECDSA ||
	    (curve = curve_of_key(key)) == 0 || hello_has_number(groups, curve))
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
offer_cipher_signs(struct failing *failing)
{
	struct hello_span algorithms =
	    failing->facts->list[HELLO_LIST_SIGNATURE_ALGORITHMS];
	struct hello_span suites =
	    failing->facts->list[HELLO_LIST_CIPHER_SUITES];
	unsigned kinds = own_kinds(failing->ssl), needed = 0;
	size_t i;

	if (algorithms.size == 0 || kinds == 0)
		return false;
	for (i = 0; i < hello_numbers(algorithms); i++)
		if (kind_of_signature(hello_number(algorithms, i)) & kinds)
			return false;
	/* Not all suites need a signature. */
	for (i = 0; i < hello_numbers(suites); i++)
		if (suite_fits(failing, hello_number(suites, i), &needed) &&
		    !suite_signs(failing, hello_number(suites, i)))
			return false;
	return offer_signature(failing);
}

/* Returns true if both have a suite: then it is not their lists that differ. */
static bool
offer_cipher_in_vain(struct failing *failing)
{
	const struct hello_span *list = failing->facts->list;
	struct hello_span suites = list[HELLO_LIST_CIPHER_SUITES];
	size_t i;

	for (i = 0; i < hello_numbers(suites); i++)
		if (suite_counts(failing, hello_number(suites, i)) &&
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
offer_has_suites(const struct failing *failing)
{
	struct hello_span suites =
	    failing->facts->list[HELLO_LIST_CIPHER_SUITES];
	size_t i;

	for (i = 0; i < hello_numbers(suites); i++)
		if (!hello_is_grease(hello_number(suites, i)) &&
		    suite_counts(failing, hello_number(suites, i)))
			return true;
	return false;
}

static bool
offer_group(struct failing *failing)
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
	offer_own(failing, own != NULL ? "groups" : "curves",
	    "the library's default list");
	return true;
}

static bool
offer_signature(struct failing *failing)
{
	if (own_kinds(failing->ssl) == 0)
		return offer_no_identity(failing);
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
		offer_own(failing, "sigalgs", "");
		return true;
	}
	explain_say(failing, "; server: its certificate is of kind ");
	explain_own_kinds(failing);
	say_signing(failing);
	return true;
}

/* Append what matters of our key if the client has algorithms of its kind. */
static void
say_signing(struct failing *failing)
{
	struct hello_span list =
	    failing->facts->list[HELLO_LIST_SIGNATURE_ALGORITHMS];
	bool is_1_3 = SSL_version(failing->ssl) == TLS1_3_VERSION;
	unsigned kinds = own_kinds(failing->ssl), matching = 0;
	const EVP_PKEY *key = SSL_get_privatekey(failing->ssl);
	uint16_t curve = curve_of_key(key);
	struct hello_made_name made;
	bool newer = false;
	size_t i;

	for (i = 0; i < hello_numbers(list); i++) {
		if ((kind_of_signature(hello_number(list, i)) & kinds) == 0)
			continue;
		matching |= kind_of_signature(hello_number(list, i));
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

static bool
offer_no_identity(struct failing *failing)
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

static bool
offer_protocol(struct failing *failing)
{
	struct hello_span rest = failing->facts->protocols, protocol;
	const char *before = "";

	if (failing->config->alpn == NULL)
		return false;
	explain_say(failing, "no shared protocol (ALPN): client ");
	while (hello_next_protocol(&rest, &protocol)) {
		explain_say(failing, "%s", before);
		escape_line(&failing->hint, protocol.at, protocol.size);
		before = ", ";
	}
	explain_say(failing, "; server -alpn %s", failing->config->alpn);
	return true;
}

static bool
offer_name(struct failing *failing)
{
	struct hello_span name = failing->facts->server_name;

	/* Without -servername_fatal, clients of TLS 1.2 are only warned. */
	if (failing->witness->alert_sent != SSL_AD_UNRECOGNIZED_NAME ||
	    !failing->config->servername_fatal || name.size == 0)
		return false;
	failing->key = "SNI is not served";
	explain_say(failing, "SNI ");
	escape_line(&failing->hint, name.at, name.size);
	explain_say(failing,
	    " is not served: the server has -servername %s and "
	    "-servername_fatal",
	    failing->config->servername);
	return true;
}

/* Append "; server -groups X25519", or what the server has without it. */
static void
offer_own(struct failing *failing, const char *option, const char *otherwise)
{
	const char *value = explain_option(failing, option);

	if (value != NULL)
		explain_say(failing, "; server -%s %s", option, value);
	else
		explain_say(failing, "; server: %s", otherwise);
}

void
explain_list(struct failing *failing, enum hello_list list)
{
	struct hello_span numbers = failing->facts->list[list];
	size_t i, said = 0, left = 0;
	struct hello_made_name made;

	for (i = 0; i < hello_numbers(numbers); i++) {
		if (hello_is_grease(hello_number(numbers, i)) ||
		    (list == HELLO_LIST_CIPHER_SUITES &&
			!suite_counts(failing, hello_number(numbers, i))))
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
static bool
suite_counts(const struct failing *failing, uint16_t number)
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
explain_own_kinds(struct failing *failing)
{
	say_kinds(failing, own_kinds(failing->ssl));
}

static void
say_kinds(struct failing *failing, unsigned kinds)
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

/* The connection has failed, so its current certificate may change. */
static unsigned
own_kinds(SSL *ssl)
{
	unsigned kinds = 0;
	long more;

	for (more = SSL_set_current_cert(ssl, SSL_CERT_SET_FIRST); more == 1;
	     more = SSL_set_current_cert(ssl, SSL_CERT_SET_NEXT))
		kinds |= kind_of_key(SSL_get_privatekey(ssl));
	return kinds;
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

/* RFC 5246, section 7.4.1.4.1, and RFC 8446, section 4.2.3. */
static unsigned
kind_of_signature(uint16_t number)
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

/* Returns the number of the group, or 0. */
static uint16_t
curve_of_key(const EVP_PKEY *key)
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
