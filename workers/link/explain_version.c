/*
 * Clients whose versions the server does not take.
 */
#include <string.h>

#include <openssl/ssl.h>

#include "config/config.h"
#include "link/explain_offer.h"
#include "link/explain_parts.h"

#ifdef OPENSSL_NO_SSL3
#define OFF_SSL3 0 /* the library does not have it */
#else
#define OFF_SSL3 SSL_OP_NO_SSLv3
#endif

/* A version and how it is switched off. */
struct version {
	uint16_t version;
	const char *name, *option; /* -tls1_2 */
	uint64_t off;
};

static const struct version *version_find(uint16_t);
static bool version_lacks_key(struct failing *, uint16_t);
static void version_say_own(struct failing *, bool, const struct version *);
static bool version_is_taken(const struct failing *, const struct version *);
static const char *
version_option(const struct failing *, bool, const struct version *);
static bool version_option_matters(const char *, const struct version *);

/* In the order in which they rise. */
static const struct version versions[] = {
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

bool
explain_version(struct failing *failing)
{
	const struct hello_facts *facts = failing->facts;
	const struct version *high = version_find(facts->highest);
	const struct version *low = version_find(facts->lowest), *at;
	bool above = false, below = false, within = false;

	if (high == NULL || low == NULL)
		return false;
	for (at = versions; at < versions + VERSIONS; at++) {
		if (!version_is_taken(failing, at))
			continue;
		above = above || at > high;
		below = below || at < low;
		within = within || (at >= low && at <= high);
	}
	if (within)
		return version_lacks_key(failing, low->version);
	if (above && !below)
		explain_say(
		    failing, "the client offers %s at most, ", high->name);
	else if (below && !above && facts->names_versions)
		explain_say(
		    failing, "the client offers %s at least, ", low->name);
	else
		return false;
	version_say_own(failing, above, above ? high : low);
	return true;
}

/* The version is enabled, but libssl does not choose it without a key. */
static bool
version_lacks_key(struct failing *failing, uint16_t version)
{
	if (version != TLS1_3_VERSION || explain_kinds(failing->ssl) != 0 ||
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
version_say_own(
    struct failing *failing, bool lowest, const struct version *next)
{
	const char *option = version_option(failing, lowest, next);
	const struct version *at, *found = NULL;

	if (option != NULL) {
		explain_say(failing, "the server was started with %s", option);
		return;
	}
	for (at = versions; at < versions + VERSIONS; at++)
		if (version_is_taken(failing, at) && (found == NULL || !lowest))
			found = at;
	if (found != NULL)
		explain_say(failing,
		    "the server takes %s %s, by the library's configuration "
		    "or its security level (SECLEVEL in -cipher)",
		    found->name, lowest ? "at least" : "at most");
}

static const struct version *
version_find(uint16_t version)
{
	size_t i;

	for (i = 0; i < VERSIONS; i++)
		if (versions[i].version == version)
			return &versions[i];
	return NULL;
}

/* The numbers of DTLS versions fall. */
static bool
version_is_taken(const struct failing *failing, const struct version *version)
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
version_option(
    const struct failing *failing, bool lower, const struct version *next)
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
		    version_option_matters(options[i], next))
			return options[i];
	return NULL;
}

/* -no_tls1 keeps nobody away who offers TLS 1.1. */
static bool
version_option_matters(const char *option, const struct version *next)
{
	static const char no[] = "-no_";

	return strncmp(option, no, sizeof(no) - 1) != 0 ||
	    (next->option != NULL &&
		strcmp(option + sizeof(no) - 1, next->option + 1) == 0);
}
