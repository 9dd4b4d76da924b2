/*
 * Alerts that clients send, and what they mean about us.
 */
#include <openssl/ssl.h>

#include "link/explain_parts.h"
#include "tls/base/tls_names.h"

static const struct tls_name alert_hints[] = {
	{ SSL_AD_UNKNOWN_CA,
	    "the client does not trust our CA (alert unknown_ca)" },
	{ SSL_AD_BAD_CERTIFICATE,
	    "the client refuses our certificate: its CA, its name, its use or "
	    "its signature (alert bad_certificate)" },
	{ SSL_AD_CERTIFICATE_EXPIRED,
	    "the client finds our certificate expired, or not valid yet by the "
	    "client's clock (alert certificate_expired)" },
	{ SSL_AD_CERTIFICATE_REVOKED,
	    "the client finds our certificate revoked (alert "
	    "certificate_revoked)" },
	{ SSL_AD_CERTIFICATE_UNKNOWN,
	    "the client refuses our certificate; browsers and Java say so of "
	    "one that they do not trust (alert certificate_unknown)" },
	{ SSL_AD_UNSUPPORTED_CERTIFICATE,
	    "the client cannot use our certificate: its purpose or its kind of "
	    "key (alert unsupported_certificate)" },
	{ SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE,
	    "the client wants a good OCSP response stapled to our certificate: "
	    "see -status (alert bad_certificate_status_response)" },
	{ SSL_AD_PROTOCOL_VERSION,
	    "the client refuses the version that we chose (alert "
	    "protocol_version)" },
	{ SSL_AD_HANDSHAKE_FAILURE,
	    "the client cannot accept what we chose: cipher suite, group or "
	    "parameters (alert handshake_failure)" },
	{ SSL_AD_INSUFFICIENT_SECURITY,
	    "what we chose is too weak for the client: cipher suite, group, "
	    "key or Diffie-Hellman parameters (alert insufficient_security)" },
	{ SSL_AD_ILLEGAL_PARAMETER,
	    "the client finds a value wrong in what we sent; perhaps it does "
	    "not know an extension or a group (alert illegal_parameter)" },
	{ SSL_AD_DECODE_ERROR,
	    "the client cannot read a message of ours (alert decode_error)" },
	{ SSL_AD_DECRYPT_ERROR,
	    "the client cannot verify our signature or Finished: its keys are "
	    "not ours (alert decrypt_error)" },
	{ SSL_AD_BAD_RECORD_MAC,
	    "the client cannot decrypt our records: its keys are not ours "
	    "(alert bad_record_mac)" },
	{ SSL_AD_UNRECOGNIZED_NAME,
	    "the client does not know the name that it was answered with "
	    "(alert unrecognized_name)" },
	{ SSL_AD_ACCESS_DENIED,
	    "the client's policy forbids to go on (alert access_denied)" },
	{ SSL_AD_USER_CANCELLED,
	    "the client was cancelled by its user (alert user_canceled)" },
	{ SSL_AD_CLOSE_NOTIFY,
	    "the client ended the handshake in order (alert close_notify)" },
	{ SSL_AD_INTERNAL_ERROR,
	    "the client has an error of its own (alert internal_error)" },
	{ SSL_AD_UNEXPECTED_MESSAGE,
	    "the client did not expect our message at this point (alert "
	    "unexpected_message)" },
	{ SSL_AD_MISSING_EXTENSION,
	    "the client misses an extension in what we sent (alert "
	    "missing_extension)" },
	{ SSL_AD_UNSUPPORTED_EXTENSION,
	    "we answered an extension that the client did not send (alert "
	    "unsupported_extension)" },
	{ SSL_AD_NO_RENEGOTIATION,
	    "the client refuses to renegotiate (alert no_renegotiation)" },
	{ SSL_AD_NO_APPLICATION_PROTOCOL,
	    "the client accepts none of our protocols of -alpn (alert "
	    "no_application_protocol)" },
	{ SSL_AD_CERTIFICATE_REQUIRED,
	    "the client wants us to show a certificate (alert "
	    "certificate_required)" },
	{ SSL_AD_RECORD_OVERFLOW,
	    "a record of ours is too long for the client: see -max_send_frag "
	    "(alert record_overflow)" },
	{ 0, NULL },
};

bool
explain_alert(struct failing *failing)
{
	int alert = failing->witness->alert_received;
	const char *hint = tls_name_find(alert_hints, alert);

	if (failing->why != STAT_FAILED_ALERT_RECEIVED ||
	    alert == WITNESS_NO_ALERT)
		return false;
	/* The client's alert is its answer to ours. */
	if (failing->witness->alert_sent == SSL_AD_NO_RENEGOTIATION) {
		failing->key = "renegotiation refused";
		hint = "the client asked for a renegotiation, which the server "
		       "refuses: see -client_renegotiation";
	} else if (failing->witness->alert_sent == SSL_AD_UNRECOGNIZED_NAME &&
	    alert == SSL_AD_UNRECOGNIZED_NAME) {
		hint = "the client gave up at our warning that its SNI is not "
		       "that of -servername";
	} else if (tls_name_of_alert(alert) == NULL) {
		failing->key = "an alert without a name";
		explain_say(failing,
		    "the client sent an alert that has no name (number %d)",
		    alert);
	}
	if (hint != NULL)
		explain_say(failing, "%s", hint);
	return true;
}
