#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/srtp.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>

#include "config/config.h"
#include "foundation/escape.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "foundation/wordings.h"
#include "text/transcript.h"
#include "tls/base/nameopt.h"
#include "tls/base/tls_error.h"
#include "tls/base/tls_text.h"
#include "tls/raw_keys.h"

/* The stock program cuts the list at this size. */
#define TRANSCRIPT_CIPHERS_MAX 8192

static void
transcript_session_params(SSL *, const struct config *, struct textbuf *);
static void transcript_protocols(SSL *, struct textbuf *);
static void
transcript_certificate(SSL *, const struct config *, struct textbuf *);
static void transcript_raw_keys(SSL *, const struct config *, struct textbuf *);
static void transcript_name(
    const char *, const X509_NAME *, const struct config *, struct textbuf *);
static void transcript_shared_ciphers(SSL *, struct textbuf *);
static void
transcript_keying_material(SSL *, const struct config *, struct textbuf *);
static void
transcript_brief_peer(SSL *, const struct config *, struct textbuf *);
static void transcript_verification(SSL *, struct textbuf *);
static void transcript_begin(struct textbuf *, const char *);

void
transcript_session(SSL *ssl, const struct config *config, const char *label)
{
	struct textbuf text;
	BIO *bio;

	/* With -security_debug the calls below print text of their own. */
	if (!text_is_heard(TEXT_BLOCK_OUT) && config->security_debug == 0)
		return;
	transcript_begin(&text, label);
	bio = tls_text_bio();
	PEM_write_bio_SSL_SESSION(bio, SSL_get_session(ssl));
	tls_text_move(&text, bio);
	transcript_certificate(ssl, config, &text);
	transcript_raw_keys(ssl, config, &text);
	transcript_shared_ciphers(ssl, &text);
	transcript_sigalgs(ssl, &text);
	transcript_point_formats(ssl, &text);
	transcript_groups(ssl, &text);
	transcript_ca_names(ssl, config, &text);
	transcript_session_params(ssl, config, &text);
	text_write(TEXT_BLOCK_OUT, text.data, text.size);
	textbuf_free(&text);
}

void
transcript_brief(SSL *ssl, const struct config *config, const char *label)
{
	struct textbuf text;

	transcript_begin(&text, label);
	textbuf_printf(&text, "Protocol version: %s\n", SSL_get_version(ssl));
	transcript_offered_ciphers(ssl, &text);
	textbuf_printf(&text, "Ciphersuite: %s\n", SSL_get_cipher_name(ssl));
	transcript_offered_sigalgs(ssl, &text);
	transcript_own_signature(ssl, &text);
	transcript_brief_peer(ssl, config, &text);
	transcript_point_formats(ssl, &text);
	transcript_offered_groups(ssl, &text);
	transcript_key_exchange(ssl, &text);
	text_write(TEXT_BLOCK_ERR, text.data, text.size);
	textbuf_free(&text);
}

void
transcript_failure(SSL *ssl, const char *heading)
{
	long result = SSL_get_verify_result(ssl);

	text_printf(TEXT_ERR, "%s\n", heading);
	if (result != X509_V_OK)
		text_printf(TEXT_ERR, "verify error:%s\n",
		    X509_verify_cert_error_string(result));
	tls_error_print();
}

bool
transcript_peer_vanished(void)
{
	return ERR_GET_REASON(ERR_peek_error()) ==
	    SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

void
transcript_renegotiation(SSL *ssl, struct textbuf *text)
{
	const char *none = wording(WORDING_NO_RENEGOTIATION);

	if (none != NULL && SSL_version(ssl) == TLS1_3_VERSION)
		textbuf_printf(text, "%s\n", none);
	else
		textbuf_printf(text, "Secure Renegotiation IS%s supported\n",
		    SSL_get_secure_renegotiation_support(ssl) ? "" : " NOT");
}

static void
transcript_begin(struct textbuf *text, const char *label)
{
	textbuf_init(text);
	if (label != NULL)
		textbuf_printf(text, "%s\n", label);
}

/* What the two sides agreed upon. */
static void
transcript_session_params(
    SSL *ssl, const struct config *config, struct textbuf *text)
{
	textbuf_printf(text, "CIPHER is %s\n", SSL_get_cipher_name(ssl));
	transcript_protocols(ssl, text);
	if (SSL_session_reused(ssl))
		textbuf_puts(text, "Reused session-id\n");
	transcript_renegotiation(ssl, text);
	if (SSL_get_options(ssl) & SSL_OP_NO_RENEGOTIATION)
		textbuf_puts(text, "Renegotiation is DISABLED\n");
	if (config->keymatexport != NULL)
		transcript_keying_material(ssl, config, text);
}

/* From NPN, and from the extension of RFC 5764. */
static void
transcript_protocols(SSL *ssl, struct textbuf *text)
{
	const SRTP_PROTECTION_PROFILE *srtp;
	const unsigned char *name;
	unsigned size;

	SSL_get0_next_proto_negotiated(ssl, &name, &size);
	if (name != NULL) {
		textbuf_puts(text, "NEXTPROTO is ");
		escape_line(text, name, size);
		textbuf_puts(text, "\n");
	}
	if ((srtp = SSL_get_selected_srtp_profile(ssl)) != NULL)
		textbuf_printf(text, "SRTP Extension negotiated, profile=%s\n",
		    srtp->name);
}

static void
transcript_certificate(
    SSL *ssl, const struct config *config, struct textbuf *text)
{
	X509 *peer = SSL_get0_peer_certificate(ssl);
	BIO *bio;

	if (peer == NULL)
		return;
	textbuf_puts(text, "Client certificate\n");
	bio = tls_text_bio();
	PEM_write_bio_X509(bio, peer);
	tls_text_move(text, bio);
	transcript_name("subject=", X509_get_subject_name(peer), config, text);
	transcript_name("issuer=", X509_get_issuer_name(peer), config, text);
}

static void
transcript_raw_keys(SSL *ssl, const struct config *config, struct textbuf *text)
{
	EVP_PKEY *peer;
	BIO *bio;

	if (!config->enable_server_rpk && !config->enable_client_rpk)
		return;
	if (raw_keys_of_server(ssl))
		textbuf_puts(
		    text, "Server-to-client raw public key negotiated\n");
	if (raw_keys_of_client(ssl))
		textbuf_puts(
		    text, "Client-to-server raw public key negotiated\n");
	peer = config->enable_client_rpk ? raw_keys_peer(ssl) : NULL;
	if (peer == NULL)
		return;
	textbuf_puts(text, "Client raw public key\n");
	bio = tls_text_bio();
	EVP_PKEY_print_public(bio, peer, 2, NULL);
	tls_text_move(text, bio);
}

/* Print the name on one line, or on several indented ones. */
static void
transcript_name(const char *heading, const X509_NAME *name,
    const struct config *config, struct textbuf *text)
{
	unsigned long flags = nameopt_flags(config);
	bool lines = (flags & XN_FLAG_SEP_MASK) == XN_FLAG_SEP_MULTILINE;
	BIO *bio = tls_text_bio();

	BIO_printf(bio, "%s%s", heading, lines ? "\n" : "");
	X509_NAME_print_ex(bio, name, lines ? 4 : 0, flags);
	BIO_puts(bio, "\n");
	tls_text_move(text, bio);
}

static void
transcript_shared_ciphers(SSL *ssl, struct textbuf *text)
{
	char names[TRANSCRIPT_CIPHERS_MAX];

	if (SSL_get_shared_ciphers(ssl, names, sizeof(names)) != NULL)
		textbuf_printf(text, "Shared ciphers:%s\n", names);
}

/* RFC 5705 */
static void
transcript_keying_material(
    SSL *ssl, const struct config *config, struct textbuf *text)
{
	size_t size = (size_t)config->keymatexportlen, i;
	unsigned char *material = malloc(size);

	textbuf_printf(text,
	    "Keying material exporter:\n    Label: '%s'\n"
	    "    Length: %zu bytes\n",
	    config->keymatexport, size);
	if (material == NULL ||
	    SSL_export_keying_material(ssl, material, size,
		config->keymatexport, strlen(config->keymatexport), NULL, 0,
		0) != 1) {
		textbuf_puts(text, "    Error\n");
		free(material);
		return;
	}
	textbuf_puts(text, "    Keying material: ");
	for (i = 0; i < size; i++)
		textbuf_printf(text, "%02X", material[i]);
	textbuf_puts(text, "\n");
	OPENSSL_cleanse(material, size);
	free(material);
}

static void
transcript_brief_peer(
    SSL *ssl, const struct config *config, struct textbuf *text)
{
	X509 *peer = SSL_get0_peer_certificate(ssl);
	BIO *bio;
	int nid;

	if (peer == NULL && raw_keys_peer(ssl) != NULL) {
		textbuf_puts(text, "Peer used raw public key\n");
		transcript_signature_type(ssl, "Signature type: ", text);
		transcript_verification(ssl, text);
		return;
	}
	if (peer == NULL) {
		textbuf_printf(
		    text, "%s\n", wording(WORDING_NO_PEER_CERTIFICATE));
		return;
	}
	textbuf_puts(text, "Peer certificate: ");
	bio = tls_text_bio();
	X509_NAME_print_ex(
	    bio, X509_get_subject_name(peer), 0, nameopt_flags(config));
	BIO_puts(bio, "\n");
	tls_text_move(text, bio);
	/* The digest of an algorithm that has its own is called UNDEF here. */
	if (SSL_get_peer_signature_nid(ssl, &nid))
		textbuf_printf(text, "Hash used: %s\n", OBJ_nid2sn(nid));
	transcript_signature_type(ssl, "Signature type: ", text);
	transcript_verification(ssl, text);
}

static void
transcript_verification(SSL *ssl, struct textbuf *text)
{
	long result = SSL_get_verify_result(ssl);
	const char *name = SSL_get0_peername(ssl);

	if (result != X509_V_OK) {
		textbuf_printf(text, "Verification error: %s\n",
		    X509_verify_cert_error_string(result));
		return;
	}
	textbuf_puts(text, "Verification: OK\n");
	if (name != NULL)
		textbuf_printf(text, "Verified peername: %s\n", name);
}
