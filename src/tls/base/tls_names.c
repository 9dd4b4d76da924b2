#include <stddef.h>

#include <openssl/ssl.h>

#include "foundation/wordings.h"
#include "tls/base/tls_names.h"

static const struct tls_name tls_names_of_versions[] = {
	{ TLS1_VERSION, "TLS 1.0" },
	{ TLS1_1_VERSION, "TLS 1.1" },
	{ TLS1_2_VERSION, "TLS 1.2" },
	{ TLS1_3_VERSION, "TLS 1.3" },
	{ DTLS1_VERSION, "DTLS 1.0" },
	{ DTLS1_BAD_VER, "DTLS 1.0 (bad)" },
	{ 0, NULL },
};

static const struct tls_name tls_names_of_alerts[] = {
	{ SSL_AD_CLOSE_NOTIFY, "close_notify" },
	{ SSL_AD_UNEXPECTED_MESSAGE, "unexpected_message" },
	{ SSL_AD_BAD_RECORD_MAC, "bad_record_mac" },
	{ SSL_AD_DECRYPTION_FAILED, "decryption_failed" },
	{ SSL_AD_RECORD_OVERFLOW, "record_overflow" },
	{ SSL_AD_DECOMPRESSION_FAILURE, "decompression_failure" },
	{ SSL_AD_HANDSHAKE_FAILURE, "handshake_failure" },
	{ 41, "no_certificate" }, /* of SSL 3.0 */
	{ SSL_AD_BAD_CERTIFICATE, "bad_certificate" },
	{ SSL_AD_UNSUPPORTED_CERTIFICATE, "unsupported_certificate" },
	{ SSL_AD_CERTIFICATE_REVOKED, "certificate_revoked" },
	{ SSL_AD_CERTIFICATE_EXPIRED, "certificate_expired" },
	{ SSL_AD_CERTIFICATE_UNKNOWN, "certificate_unknown" },
	{ SSL_AD_ILLEGAL_PARAMETER, "illegal_parameter" },
	{ SSL_AD_UNKNOWN_CA, "unknown_ca" },
	{ SSL_AD_ACCESS_DENIED, "access_denied" },
	{ SSL_AD_DECODE_ERROR, "decode_error" },
	{ SSL_AD_DECRYPT_ERROR, "decrypt_error" },
	{ 60, "export_restriction" }, /* RFC 2246, reserved since */
	{ SSL_AD_PROTOCOL_VERSION, "protocol_version" },
	{ SSL_AD_INSUFFICIENT_SECURITY, "insufficient_security" },
	{ SSL_AD_INTERNAL_ERROR, "internal_error" },
	{ SSL_AD_INAPPROPRIATE_FALLBACK, "inappropriate_fallback" },
	{ SSL_AD_USER_CANCELLED, "user_canceled" },
	{ SSL_AD_NO_RENEGOTIATION, "no_renegotiation" },
	{ SSL_AD_MISSING_EXTENSION, "missing_extension" },
	{ SSL_AD_UNSUPPORTED_EXTENSION, "unsupported_extension" },
	{ SSL_AD_CERTIFICATE_UNOBTAINABLE, "certificate_unobtainable" },
	{ SSL_AD_UNRECOGNIZED_NAME, "unrecognized_name" },
	{ SSL_AD_BAD_CERTIFICATE_STATUS_RESPONSE,
	    "bad_certificate_status_response" },
	{ SSL_AD_BAD_CERTIFICATE_HASH_VALUE, "bad_certificate_hash_value" },
	{ SSL_AD_UNKNOWN_PSK_IDENTITY, "unknown_psk_identity" },
	{ SSL_AD_CERTIFICATE_REQUIRED, "certificate_required" },
	{ SSL_AD_NO_APPLICATION_PROTOCOL, "no_application_protocol" },
	{ 121, "ech_required" },
	{ 0, NULL },
};

const char *
tls_name_find(const struct tls_name *table, int value)
{
	for (; table->name != NULL; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

const char *
tls_name_of_version(int version)
{
	const char *name = tls_name_find(tls_names_of_versions, version);

	return name != NULL ? name
			    : wording_of_number(WORDING_LIST_VERSIONS, version);
}

const char *
tls_name_of_alert(int alert)
{
	return tls_name_find(tls_names_of_alerts, alert);
}
