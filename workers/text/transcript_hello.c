/* What the ClientHello offered, and which of that both sides know. */
#include <stdbool.h>
#include <stdlib.h>

#include <openssl/objects.h>
#include <openssl/x509.h>

#include "foundation/log.h"
#include "foundation/textbuf.h"
#include "text/transcript.h"
#include "tls/base/nameopt.h"
#include "tls/base/tls_text.h"

static void transcript_sigalg_list(SSL *, const char *, bool, struct textbuf *);
static void
transcript_sigalg(int, int, unsigned char, unsigned char, struct textbuf *);
static const char *transcript_special_sigalg(unsigned);
static const char *transcript_signature_name(int);
static void transcript_group(SSL *, int, struct textbuf *);
static void transcript_shared_groups(SSL *, struct textbuf *);

void
transcript_sigalgs(SSL *ssl, struct textbuf *text)
{
	transcript_offered_sigalgs(ssl, text);
	transcript_sigalg_list(
	    ssl, "Shared Signature Algorithms: ", true, text);
	transcript_peer_signature(
	    ssl, "Peer signing digest: ", "Peer signature type: ", text);
}

void
transcript_offered_sigalgs(SSL *ssl, struct textbuf *text)
{
	transcript_sigalg_list(ssl, "Signature Algorithms: ", false, text);
}

void
transcript_peer_signature(SSL *ssl, const char *hash_heading,
    const char *type_heading, struct textbuf *text)
{
	const char *name;
	int nid;

	if (SSL_get_peer_signature_nid(ssl, &nid) && nid != NID_undef)
		textbuf_printf(text, "%s%s\n", hash_heading, OBJ_nid2sn(nid));
	if (SSL_get_peer_signature_type_nid(ssl, &nid) &&
	    (name = transcript_signature_name(nid)) != NULL)
		textbuf_printf(text, "%s%s\n", type_heading, name);
}

void
transcript_point_formats(SSL *ssl, struct textbuf *text)
{
	static const char *const names[] = { "uncompressed",
		"ansiX962_compressed_prime", "ansiX962_compressed_char2" };
	const char *formats;
	long count, i;
	size_t format;

	count = SSL_get0_ec_point_formats(ssl, &formats);
	if (count <= 0)
		return;
	textbuf_puts(text, "Supported Elliptic Curve Point Formats: ");
	for (i = 0; i < count; i++) {
		format = (unsigned char)formats[i];
		if (i > 0)
			textbuf_puts(text, ":");
		if (format < sizeof(names) / sizeof(names[0]))
			textbuf_puts(text, names[format]);
		else
			textbuf_printf(
			    text, "unknown(%d)", (signed char)format);
	}
	textbuf_puts(text, "\n");
}

void
transcript_groups(SSL *ssl, struct textbuf *text)
{
	if (SSL_get1_groups(ssl, NULL) <= 0)
		return;
	transcript_offered_groups(ssl, text);
	transcript_shared_groups(ssl, text);
}

void
transcript_offered_groups(SSL *ssl, struct textbuf *text)
{
	int count = (int)SSL_get1_groups(ssl, NULL), i, *groups;

	if (count <= 0)
		return;
	if ((groups = calloc((size_t)count, sizeof(*groups))) == NULL)
		fatalx("out of memory");
	SSL_get1_groups(ssl, groups);
	textbuf_puts(text, "Supported groups: ");
	for (i = 0; i < count; i++) {
		if (i > 0)
			textbuf_puts(text, ":");
		transcript_group(ssl, groups[i], text);
	}
	textbuf_puts(text, "\n");
	free(groups);
}

void
transcript_offered_ciphers(SSL *ssl, struct textbuf *text)
{
	const unsigned char *list;
	const SSL_CIPHER *cipher;
	size_t width = (size_t)SSL_get0_raw_cipherlist(ssl, NULL), size, i, j;

	if (width == 0)
		return;
	size = (size_t)SSL_get0_raw_cipherlist(ssl, &list);
	textbuf_puts(text, "Client cipher list: ");
	for (i = 0; i + width <= size; i += width) {
		if (i > 0)
			textbuf_puts(text, ":");
		cipher = SSL_CIPHER_find(ssl, list + i);
		if (cipher != NULL) {
			textbuf_puts(text, SSL_CIPHER_get_name(cipher));
			continue;
		}
		textbuf_puts(text, "0x");
		for (j = 0; j < width; j++)
			textbuf_printf(text, "%02X", list[i + j]);
	}
	textbuf_puts(text, "\n");
}

void
transcript_ca_names(SSL *ssl, const struct config *config, struct textbuf *text)
{
	const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
	BIO *bio;
	int i;

	if (names == NULL || sk_X509_NAME_num(names) <= 0)
		return;
	textbuf_puts(text, "---\nAcceptable server certificate CA names\n");
	for (i = 0; i < sk_X509_NAME_num(names); i++) {
		bio = tls_text_bio();
		X509_NAME_print_ex(bio, sk_X509_NAME_value(names, i), 0,
		    nameopt_flags(config));
		tls_text_move(text, bio);
		textbuf_puts(text, "\n");
	}
}

static void
transcript_sigalg_list(
    SSL *ssl, const char *heading, bool shared, struct textbuf *text)
{
	int (*get)(
	    SSL *, int, int *, int *, int *, unsigned char *, unsigned char *) =
	    shared ? SSL_get_shared_sigalgs : SSL_get_sigalgs;
	int count = get(ssl, shared ? 0 : -1, NULL, NULL, NULL, NULL, NULL);
	int signature, hash, i;
	unsigned char low, high;

	if (count == 0)
		return;
	textbuf_puts(text, heading);
	for (i = 0; i < count; i++) {
		get(ssl, i, &signature, &hash, NULL, &low, &high);
		if (i > 0)
			textbuf_puts(text, ":");
		transcript_sigalg(signature, hash, low, high, text);
	}
	textbuf_puts(text, "\n");
}

static void
transcript_sigalg(int signature, int hash, unsigned char low,
    unsigned char high, struct textbuf *text)
{
	const char *name = transcript_special_sigalg((unsigned)high << 8 | low);

	if (name != NULL) {
		textbuf_puts(text, name);
		return;
	}
	name = transcript_signature_name(signature);
	if (name != NULL)
		textbuf_puts(text, name);
	else
		textbuf_printf(text, "0x%02X", low);
	if (hash != NID_undef)
		textbuf_printf(text, "+%s", OBJ_nid2sn(hash));
	else if (name == NULL)
		textbuf_printf(text, "+0x%02X", high);
}

/*
 * Returns the name of an algorithm that a pair of signature and hash does not
 * tell from others, or NULL.
 */
static const char *
transcript_special_sigalg(unsigned value)
{
	switch (value) {
	case 0x0809:
		return "rsa_pss_pss_sha256";
	case 0x080a:
		return "rsa_pss_pss_sha384";
	case 0x080b:
		return "rsa_pss_pss_sha512";
	case 0x081a:
		return "ecdsa_brainpoolP256r1_sha256";
	case 0x081b:
		return "ecdsa_brainpoolP384r1_sha384";
	case 0x081c:
		return "ecdsa_brainpoolP512r1_sha512";
	default:
		return NULL;
	}
}

static const char *
transcript_signature_name(int nid)
{
	switch (nid) {
	case EVP_PKEY_RSA:
		return "RSA";
	case EVP_PKEY_RSA_PSS:
		return "RSA-PSS";
	case EVP_PKEY_DSA:
		return "DSA";
	case EVP_PKEY_EC:
		return "ECDSA";
	case NID_ED25519:
		return "ed25519";
	case NID_ED448:
		return "ed448";
	case NID_id_GostR3410_2001:
		return "gost2001";
	case NID_id_GostR3410_2012_256:
		return "gost2012_256";
	case NID_id_GostR3410_2012_512:
		return "gost2012_512";
	default:
		return NULL;
	}
}

/* A group that libssl does not know is shown as its number on the wire. */
static void
transcript_group(SSL *ssl, int nid, struct textbuf *text)
{
	const char *name = SSL_group_to_name(ssl, nid);

	if (name != NULL)
		textbuf_puts(text, name);
	else if (nid & TLSEXT_nid_unknown)
		textbuf_printf(text, "0x%04X", nid & 0xffff);
	else
		textbuf_puts(text, OBJ_nid2sn(nid));
}

static void
transcript_shared_groups(SSL *ssl, struct textbuf *text)
{
	int count = (int)SSL_get_shared_group(ssl, -1), i;

	textbuf_puts(text, "Shared groups: ");
	for (i = 0; i < count; i++) {
		if (i > 0)
			textbuf_puts(text, ":");
		transcript_group(ssl, (int)SSL_get_shared_group(ssl, i), text);
	}
	textbuf_puts(text, count == 0 ? "NONE\n" : "\n");
}
