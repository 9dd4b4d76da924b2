#include <stdbool.h>

#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "tls/base/tls_error.h"
#include "tls/identity/self_signed.h"

#define SELF_SIGNED_SECONDS (30L * 24 * 60 * 60)

static bool self_signed_new(void);
static bool self_signed_fill(X509 *, EVP_PKEY *);
static bool self_signed_name(X509 *);
static bool self_signed_number(X509 *);
static bool self_signed_extend(X509 *, int, const char *);

/* Made once, since users may have told their clients to trust it. */
static X509 *self_signed_certificate;
static EVP_PKEY *self_signed_key;

int
self_signed_make(X509 **certificate, EVP_PKEY **key)
{
	if (self_signed_key == NULL && !self_signed_new()) {
		tls_error_say(
		    "s_server: cannot make a self-signed certificate");
		self_signed_close();
		return -1;
	}
	X509_up_ref(self_signed_certificate);
	EVP_PKEY_up_ref(self_signed_key);
	*certificate = self_signed_certificate;
	*key = self_signed_key;
	return 0;
}

void
self_signed_close(void)
{
	X509_free(self_signed_certificate);
	EVP_PKEY_free(self_signed_key);
	self_signed_certificate = NULL;
	self_signed_key = NULL;
}

static bool
self_signed_new(void)
{
	self_signed_key = EVP_EC_gen("P-256");
	self_signed_certificate = X509_new();
	return self_signed_key != NULL && self_signed_certificate != NULL &&
	    self_signed_fill(self_signed_certificate, self_signed_key);
}

static bool
self_signed_fill(X509 *certificate, EVP_PKEY *key)
{
	return X509_set_version(certificate, X509_VERSION_3) == 1 &&
	    self_signed_number(certificate) &&
	    X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != NULL &&
	    X509_gmtime_adj(
		X509_getm_notAfter(certificate), SELF_SIGNED_SECONDS) != NULL &&
	    self_signed_name(certificate) &&
	    X509_set_pubkey(certificate, key) == 1 &&
	    self_signed_extend(certificate, NID_subject_alt_name,
		"DNS:localhost,IP:127.0.0.1,IP:::1") &&
	    self_signed_extend(
		certificate, NID_basic_constraints, "critical,CA:FALSE") &&
	    self_signed_extend(certificate, NID_ext_key_usage, "serverAuth") &&
	    X509_sign(certificate, key, EVP_sha256()) != 0;
}

/* OpenSSL 4 lets nobody write to the name that is in the certificate. */
static bool
self_signed_name(X509 *certificate)
{
	X509_NAME *name = X509_NAME_new();
	bool named;

	named = name != NULL &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		(const unsigned char *)"localhost", -1, -1, 0) == 1 &&
	    X509_set_subject_name(certificate, name) == 1 &&
	    X509_set_issuer_name(certificate, name) == 1;
	X509_NAME_free(name);
	return named;
}

/*
 * The serial number is random: a browser that has seen an earlier certificate
 * refuses another one with the same number.
 */
static bool
self_signed_number(X509 *certificate)
{
	uint64_t number;

	return RAND_bytes((unsigned char *)&number, sizeof(number)) == 1 &&
	    ASN1_INTEGER_set_uint64(
		X509_get_serialNumber(certificate), number >> 1) == 1;
}

static bool
self_signed_extend(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension;
	bool added;

	extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	added =
	    extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return added;
}
