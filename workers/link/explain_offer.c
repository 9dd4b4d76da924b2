/*
 * Clients that have nothing in common with us: no version, no cipher suite, no
 * group, no signature algorithm, no protocol, or that ask for another server.
 * Most of these have files of their own.
 */
#include <string.h>

#include <openssl/ssl.h>
#include <openssl/sslerr.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "link/explain_offer.h"
#include "link/explain_parts.h"

static bool offer_protocol(struct failing *);
static bool offer_name(struct failing *);

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
		return explain_version(failing);
	case SSL_R_NO_SHARED_CIPHER:
		return explain_cipher(failing);
	case SSL_R_NO_SUITABLE_KEY_SHARE:
	case SSL_R_NO_SHARED_GROUPS:
	case SSL_R_NO_SUITABLE_GROUPS:
		return explain_group(failing);
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
	case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
		return explain_signature(failing);
	case SSL_R_NO_APPLICATION_PROTOCOL:
		return offer_protocol(failing);
	default:
		return offer_name(failing);
	}
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
	const char *name = failing->witness->server_name;

	/* Without -servername_fatal, clients of TLS 1.2 are only warned. */
	if (failing->witness->alert_sent != SSL_AD_UNRECOGNIZED_NAME ||
	    !failing->config->servername_fatal || name == NULL)
		return false;
	failing->key = "SNI is not served";
	explain_say(failing, "SNI ");
	escape_line(&failing->hint, name, strlen(name));
	explain_say(failing,
	    " is not served: the server has -servername %s and "
	    "-servername_fatal",
	    failing->config->servername);
	return true;
}
