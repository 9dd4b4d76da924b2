/* Signature algorithms: what the client offers, what it has signed with. */
#include <stdbool.h>

#include <openssl/objects.h>

#include "foundation/textbuf.h"
#include "foundation/wordings.h"
#include "text/transcript.h"

/* SSL_get0_signature_name(3) and that of the peer, since OpenSSL 3.5. */
#define CTRL_GET_SIGNATURE_NAME	     140
#define CTRL_GET_PEER_SIGNATURE_NAME 141

static void transcript_sigalg_list(SSL *, const char *, bool, struct textbuf *);
static void transcript_sigalg(SSL *, int, bool, struct textbuf *);
#if OPENSSL_VERSION_MAJOR < 4
static void transcript_sigalg_pair(
    int, int, unsigned char, unsigned char, struct textbuf *);
static const char *transcript_special_sigalg(unsigned);
#endif
static const char *transcript_signature_name(int);

void
transcript_sigalgs(SSL *ssl, struct textbuf *text)
{
	int nid;

	transcript_offered_sigalgs(ssl, text);
	transcript_sigalg_list(
	    ssl, "Shared Signature Algorithms: ", true, text);
	if (SSL_get_peer_signature_nid(ssl, &nid) && nid != NID_undef)
		textbuf_printf(
		    text, "Peer signing digest: %s\n", OBJ_nid2sn(nid));
	transcript_signature_type(ssl, "Peer signature type: ", text);
}

void
transcript_offered_sigalgs(SSL *ssl, struct textbuf *text)
{
	transcript_sigalg_list(ssl, "Signature Algorithms: ", false, text);
}

void
transcript_signature_type(SSL *ssl, const char *heading, struct textbuf *text)
{
	const char *name = NULL;
	int nid;

	if (wording(WORDING_PEER_SIGNATURE_NAMES) != NULL)
		SSL_ctrl(ssl, CTRL_GET_PEER_SIGNATURE_NAME, 0, &name);
	if (name == NULL && SSL_get_peer_signature_type_nid(ssl, &nid))
		name = transcript_signature_name(nid);
	if (name != NULL)
		textbuf_printf(text, "%s%s\n", heading, name);
}

void
transcript_own_signature(SSL *ssl, struct textbuf *text)
{
	const char *heading = wording(WORDING_OWN_SIGNATURE), *name = NULL;

	if (heading == NULL)
		return;
	SSL_ctrl(ssl, CTRL_GET_SIGNATURE_NAME, 0, &name);
	if (name != NULL)
		textbuf_printf(text, "%s%s\n", heading, name);
}

static void
transcript_sigalg_list(
    SSL *ssl, const char *heading, bool shared, struct textbuf *text)
{
	int count, i;

	count = shared
	    ? SSL_get_shared_sigalgs(ssl, 0, NULL, NULL, NULL, NULL, NULL)
	    : SSL_get_sigalgs(ssl, -1, NULL, NULL, NULL, NULL, NULL);
	if (count == 0)
		return;
	textbuf_puts(text, heading);
	for (i = 0; i < count; i++) {
		if (i > 0)
			textbuf_puts(text, ":");
		transcript_sigalg(ssl, i, shared, text);
	}
	textbuf_puts(text, "\n");
}

#if OPENSSL_VERSION_MAJOR >= 4
static void
transcript_sigalg(SSL *ssl, int i, bool shared, struct textbuf *text)
{
	const char *name = NULL;
	unsigned code = 0;

	if (shared)
		SSL_get0_shared_sigalg(ssl, i, &code, &name);
	else
		SSL_get0_sigalg(ssl, i, &code, &name);
	if (name != NULL)
		textbuf_puts(text, name);
	else
		textbuf_printf(text, "0x%04X", code);
}
#else
static void
transcript_sigalg(SSL *ssl, int i, bool shared, struct textbuf *text)
{
	int signature, hash;
	unsigned char low, high;

	if (shared)
		SSL_get_shared_sigalgs(
		    ssl, i, &signature, &hash, NULL, &low, &high);
	else
		SSL_get_sigalgs(ssl, i, &signature, &hash, NULL, &low, &high);
	transcript_sigalg_pair(signature, hash, low, high, text);
}

static void
transcript_sigalg_pair(int signature, int hash, unsigned char low,
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
#endif

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
		return wording(WORDING_SIGALGS_OF_OBJECTS) != NULL
		    ? OBJ_nid2sn(nid)
		    : NULL;
	}
}
