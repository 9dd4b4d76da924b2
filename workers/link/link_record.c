#include "link/link_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "foundation/json.h"
#include "foundation/log.h"
#include "foundation/textbuf.h"
#include "link/link.h"
#include "link/signature_name.h"
#include "tls/base/tls_group.h"
#include "tls/base/tls_text.h"

/* RFC 4514, in UTF-8; json.h escapes. */
#define RECORD_NAME_FLAGS \
	(XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)

static void record_key_exchange(SSL *, struct json *);
static void record_alpn(SSL *, struct json *);
static void record_own(SSL *, struct own_certificates *, struct json *);
static const struct own_certificate *
own_certificate_find(struct own_certificates *, X509 *);
static void own_certificate_fill(struct own_certificate *, X509 *);
static void record_client(SSL *, struct json *);
static void record_client_certificate(SSL *, X509 *, struct json *);
static char *record_name(const X509_NAME *);
static bool link_signed(SSL *);

void
link_record(
    const struct link *link, struct own_certificates *own, struct json *json)
{
	SSL *ssl = link->ssl;
	const unsigned char *staple;

	record_key_exchange(ssl, json);
	record_alpn(ssl, json);
	if (!SSL_session_reused(ssl))
		record_own(ssl, own, json);
	record_client(ssl, json);
	json_string(json, "psk_identity", SSL_get_psk_identity(ssl));
	if (SSL_get_tlsext_status_ocsp_resp(ssl, &staple) > 0 &&
	    !SSL_session_reused(ssl))
		json_true(json, "stapled");
}

static void
record_key_exchange(SSL *ssl, struct json *json)
{
	char room[TLS_GROUP_NUMBER], name[SIGNATURE_NAME_SIZE];

	json_word(
	    json, "cipher", SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)));
	json_string(json, "group", tls_group_used(ssl, room));
	if (link_signed(ssl) && signature_name(ssl, true, name))
		json_word(json, "signature", name);
}

static void
record_alpn(SSL *ssl, struct json *json)
{
	const unsigned char *alpn;
	unsigned size;

	SSL_get0_alpn_selected(ssl, &alpn, &size);
	if (size > 0)
		json_bytes(json, "alpn", alpn, size);
}

/* Without a certificate of ours, libssl still tells of one that was loaded. */
static void
record_own(SSL *ssl, struct own_certificates *all, struct json *json)
{
	X509 *certificate = SSL_get_certificate(ssl);
	int kind = SSL_CIPHER_get_auth_nid(SSL_get_current_cipher(ssl));

	if (certificate == NULL || kind == NID_auth_null ||
	    kind == NID_auth_psk || kind == NID_auth_srp)
		return;
	json_object(json, "certificate",
	    own_certificate_find(all, certificate)->object);
}

static const struct own_certificate *
own_certificate_find(struct own_certificates *all, X509 *certificate)
{
	struct own_certificate *own;
	unsigned i;

	for (i = 0; i < OWN_CERTIFICATES; i++)
		if (all->entry[i].certificate == certificate)
			return &all->entry[i];
	own = &all->entry[all->next];
	all->next = (all->next + 1) % OWN_CERTIFICATES;
	own_certificate_fill(own, certificate);
	return own;
}

static void
own_certificate_fill(struct own_certificate *own, X509 *certificate)
{
	char *subject = record_name(X509_get_subject_name(certificate));
	unsigned char sha256[32];
	unsigned size = sizeof(sha256);
	struct textbuf line;
	struct json json;

	X509_free(own->certificate);
	free(own->object);
	X509_up_ref(certificate);
	own->certificate = certificate;
	textbuf_init(&line);
	json_begin(&json, &line);
	json_string(&json, "subject", subject);
	if (X509_digest(certificate, EVP_sha256(), sha256, &size) == 1)
		json_hex(&json, "sha256", sha256, size);
	json_end(&json);
	/* Without the newline. */
	if ((own->object = strndup(line.data, line.size - 1)) == NULL)
		fatalx("out of memory");
	textbuf_free(&line);
	free(subject);
}

static void
record_client(SSL *ssl, struct json *json)
{
	X509 *certificate = SSL_get0_peer_certificate(ssl);
	char name[SIGNATURE_NAME_SIZE];

	if (certificate == NULL)
		return;
	json_open(json, "client_certificate", '{');
	record_client_certificate(ssl, certificate, json);
	json_close(json, '}');
	if (!SSL_session_reused(ssl) && signature_name(ssl, false, name))
		json_string(json, "peer_signature", name);
}

static void
record_client_certificate(SSL *ssl, X509 *certificate, struct json *json)
{
	char *subject = record_name(X509_get_subject_name(certificate));
	char *issuer = record_name(X509_get_issuer_name(certificate));
	const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
	BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	char *digits = number != NULL ? BN_bn2hex(number) : NULL;
	unsigned char sha256[32];
	unsigned size = sizeof(sha256);
	long result = SSL_get_verify_result(ssl);

	json_string(json, "subject", subject);
	json_string(json, "issuer", issuer);
	json_string(json, "serial", digits);
	if (X509_digest(certificate, EVP_sha256(), sha256, &size) == 1)
		json_hex(json, "sha256", sha256, size);
	json_string(json, "verify",
	    result == X509_V_OK ? "ok" : X509_verify_cert_error_string(result));
	OPENSSL_free(digits);
	BN_free(number);
	free(issuer);
	free(subject);
}

/* Returns an owned text. */
static char *
record_name(const X509_NAME *name)
{
	BIO *bio = tls_text_bio();
	char *data, *text;
	long size;

	X509_NAME_print_ex(bio, name, 0, RECORD_NAME_FLAGS);
	size = BIO_get_mem_data(bio, &data);
	if ((text = strndup(data, size > 0 ? (size_t)size : 0)) == NULL)
		fatalx("out of memory");
	BIO_free(bio);
	return text;
}

/*
 * Returns true if we have signed in this handshake. With a key exchange of RSA
 * libssl tells a value that means nothing.
 */
static bool
link_signed(SSL *ssl)
{
	int exchange = SSL_CIPHER_get_kx_nid(SSL_get_current_cipher(ssl));

	if (SSL_session_reused(ssl))
		return false;
	return exchange != NID_kx_rsa && exchange != NID_kx_rsa_psk &&
	    exchange != NID_kx_psk;
}
