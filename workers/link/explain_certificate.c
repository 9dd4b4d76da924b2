/*
 * Certificates of clients.
 */
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "config/config.h"
#include "link/explain_parts.h"
#include "tls/base/tls_names.h"

static const struct tls_name certificate_hints[] = {
	{ X509_V_ERR_CERT_HAS_EXPIRED, "the client's certificate has expired" },
	{ X509_V_ERR_CERT_NOT_YET_VALID,
	    "the client's certificate is not valid yet" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
	    "the issuer of the client's certificate is not known: its CA is "
	    "missing in -CAfile, or the client did not send its chain" },
	{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
	    "the CA of the client's certificate is not known: it is missing in "
	    "-CAfile" },
	{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
	    "the client did not send the chain of its certificate" },
	{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
	    "the client's certificate is signed by itself, and not in "
	    "-CAfile" },
	{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
	    "the root CA of the client's certificate is not in -CAfile" },
	{ X509_V_ERR_CERT_REVOKED, "the client's certificate is revoked" },
	{ X509_V_ERR_UNABLE_TO_GET_CRL,
	    "there is no revocation list for the client's certificate: see "
	    "-CRL and -crl_download" },
	{ X509_V_ERR_CRL_HAS_EXPIRED,
	    "the revocation list for the client's certificate is too old" },
	{ X509_V_ERR_INVALID_PURPOSE,
	    "the client's certificate is not for clients (its purpose)" },
	{ X509_V_ERR_CERT_CHAIN_TOO_LONG,
	    "the chain of the client's certificate is longer than -verify "
	    "allows" },
	{ X509_V_ERR_EE_KEY_TOO_SMALL,
	    "the key of the client's certificate is too short for the security "
	    "level (SECLEVEL in -cipher)" },
	{ X509_V_ERR_CA_KEY_TOO_SMALL,
	    "a CA of the client's certificate has a key that is too short for "
	    "the security level (SECLEVEL in -cipher)" },
	{ X509_V_ERR_CA_MD_TOO_WEAK,
	    "the client's certificate is signed with a digest that is too weak "
	    "for the security level (SECLEVEL in -cipher)" },
	{ X509_V_ERR_HOSTNAME_MISMATCH,
	    "the client's certificate has another name than -verify_hostname" },
	{ X509_V_ERR_EMAIL_MISMATCH,
	    "the client's certificate has another address than -verify_email" },
	{ X509_V_ERR_IP_ADDRESS_MISMATCH,
	    "the client's certificate has another address than -verify_ip" },
	{ 0, NULL },
};

bool
explain_certificate(struct failing *failing)
{
	long result = SSL_get_verify_result(failing->ssl);
	const char *hint;

	if (failing->reason != SSL_R_CERTIFICATE_VERIFY_FAILED ||
	    result == X509_V_OK)
		return false;
	failing->key = X509_verify_cert_error_string(result);
	hint = tls_name_find(certificate_hints, (int)result);
	if (hint != NULL)
		explain_say(failing, "%s", hint);
	else
		explain_say(failing, "the client's certificate is refused: %s",
		    failing->key);
	return true;
}
