#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "config/config.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "foundation/wordings.h"
#include "tls/base/tls_names.h"
#include "tls/security_debug.h"

typedef int
security_judge(const SSL *, const SSL_CTX *, int, int, int, void *, void *);

static security_judge security_debug_judge;
static void security_describe(struct textbuf *, int, int, void *);
static void security_describe_certificate(struct textbuf *, int, const X509 *);
static const char *security_key_type(const EVP_PKEY *);
static void security_describe_sigalg(struct textbuf *, const unsigned char *);
static const char *security_curve(int);

/* libssl's own callback, which decides; it is the same for every context. */
static security_judge *security_default;

static const struct tls_name security_operations[] = {
	{ SSL_SECOP_CIPHER_SUPPORTED, "Supported Ciphersuite=" },
	{ SSL_SECOP_CIPHER_SHARED, "Shared Ciphersuite=" },
	{ SSL_SECOP_CIPHER_CHECK, "Check Ciphersuite=" },
	{ SSL_SECOP_TMP_DH, "Temp DH key bits=" },
	{ SSL_SECOP_CURVE_SUPPORTED, "Supported Curve=" },
	{ SSL_SECOP_CURVE_SHARED, "Shared Curve=" },
	{ SSL_SECOP_CURVE_CHECK, "Check Curve=" },
	{ SSL_SECOP_SIGALG_SUPPORTED, "Supported Signature Algorithm" },
	{ SSL_SECOP_SIGALG_SHARED, "Shared Signature Algorithm" },
	{ SSL_SECOP_SIGALG_CHECK, "Check Signature Algorithm" },
	{ SSL_SECOP_SIGALG_MASK, "Signature Algorithm mask" },
	{ SSL_SECOP_EE_KEY, "Certificate chain EE key=" },
	{ SSL_SECOP_CA_KEY, "Certificate chain CA key=" },
	{ SSL_SECOP_PEER_EE_KEY, "Peer Chain EE key=" },
	{ SSL_SECOP_PEER_CA_KEY, "Peer Chain CA key=" },
	{ SSL_SECOP_CA_MD, "Certificate chain CA digest=" },
	{ SSL_SECOP_PEER_CA_MD, "Peer chain CA digest=" },
	{ SSL_SECOP_VERSION, "Version=" },
	{ 0, NULL },
};

/* RFC 8446, section 4.2.3 */
static const struct tls_name security_schemes[] = {
	{ 0x0201, "rsa_pkcs1_sha1" },
	{ 0x0203, "ecdsa_sha1" },
	{ 0x0401, "rsa_pkcs1_sha256" },
	{ 0x0403, "ecdsa_secp256r1_sha256" },
	{ 0x0501, "rsa_pkcs1_sha384" },
	{ 0x0503, "ecdsa_secp384r1_sha384" },
	{ 0x0601, "rsa_pkcs1_sha512" },
	{ 0x0603, "ecdsa_secp521r1_sha512" },
	{ 0x0804, "rsa_pss_rsae_sha256" },
	{ 0x0805, "rsa_pss_rsae_sha384" },
	{ 0x0806, "rsa_pss_rsae_sha512" },
	{ 0x0807, "ed25519" },
	{ 0x0808, "ed448" },
	{ 0x0809, "rsa_pss_pss_sha256" },
	{ 0x080a, "rsa_pss_pss_sha384" },
	{ 0x080b, "rsa_pss_pss_sha512" },
	{ 0xeded, "gostr34102001" },
	{ 0xeeee, "gostr34102012_256" },
	{ 0xefef, "gostr34102012_512" },
	{ 0, NULL },
};

/* RFC 5246, section 7.4.1.4.1 */
static const struct tls_name security_hashes[] = {
	{ 0, "none" },
	{ 1, "MD5" },
	{ 2, "SHA1" },
	{ 3, "SHA224" },
	{ 4, "SHA256" },
	{ 5, "SHA384" },
	{ 6, "SHA512" },
	{ 0, NULL },
};

static const struct tls_name security_signatures[] = {
	{ 0, "anonymous" },
	{ 1, "RSA" },
	{ 2, "DSA" },
	{ 3, "ECDSA" },
	{ 0, NULL },
};

void
security_debug_install(SSL_CTX *ctx, const struct config *config)
{
	security_judge *own = SSL_CTX_get_security_callback(ctx);

	security_default = own;
	SSL_CTX_set_security_callback(ctx, security_debug_judge);
	SSL_CTX_set0_security_ex_data(ctx, (void *)(uintptr_t)config);
}

/* Prints the decision of libssl, and returns it. */
static int
security_debug_judge(const SSL *ssl, const SSL_CTX *ctx, int operation,
    int bits, int nid, void *other, void *arg)
{
	const struct config *config = arg;
	int verdict =
	    security_default(ssl, ctx, operation, bits, nid, other, arg);
	struct textbuf line;

	if (verdict == 1 && config->security_debug < 2)
		return verdict;
	textbuf_init(&line);
	textbuf_puts(&line, "Security callback: ");
	security_describe(&line, operation, nid, other);
	if (operation != SSL_SECOP_VERSION && operation != SSL_SECOP_TICKET &&
	    operation != SSL_SECOP_COMPRESSION)
		textbuf_printf(&line, ", security bits=%d", bits);
	textbuf_printf(&line, ": %s\n", verdict != 0 ? "yes" : "no");
	text_write(TEXT_ERR, line.data, line.size);
	textbuf_free(&line);
	return verdict;
}

/* The operation determines the type of other. */
static void
security_describe(struct textbuf *line, int operation, int nid, void *other)
{
	const char *name = tls_name_find(security_operations, operation);

	textbuf_puts(line, name == NULL ? "" : name);
	if (operation == SSL_SECOP_VERSION) {
		name = tls_name_of_version(nid);
		textbuf_puts(line, name == NULL ? "???" : name);
	}
	switch ((unsigned)operation & SSL_SECOP_OTHER_TYPE) {
	case SSL_SECOP_OTHER_CIPHER:
		textbuf_puts(line, SSL_CIPHER_get_name(other));
		break;
	case SSL_SECOP_OTHER_CURVE:
		textbuf_puts(line, security_curve(nid));
		break;
	case SSL_SECOP_OTHER_CERT:
		security_describe_certificate(line, operation, other);
		break;
	case SSL_SECOP_OTHER_SIGALG:
		security_describe_sigalg(line, other);
		break;
	default:
		break;
	}
}

static void
security_describe_certificate(
    struct textbuf *line, int operation, const X509 *certificate)
{
	const EVP_PKEY *key = X509_get0_pubkey(certificate);

	if (operation == SSL_SECOP_CA_MD || operation == SSL_SECOP_PEER_CA_MD) {
		textbuf_puts(
		    line, OBJ_nid2sn(X509_get_signature_nid(certificate)));
		return;
	}
	if (key == NULL) {
		textbuf_puts(line, "Public key missing");
		return;
	}
	textbuf_printf(line, "%s, bits=%d", security_key_type(key),
	    EVP_PKEY_get_bits(key));
}

static const char *
security_key_type(const EVP_PKEY *key)
{
	const char *name = NULL;

	if (wording(WORDING_KEY_TYPE_NAMES) != NULL)
		name = EVP_PKEY_get0_type_name(key);
	return name == NULL ? "" : name;
}

/* code: two bytes, as in the protocol. */
static void
security_describe_sigalg(struct textbuf *line, const unsigned char *code)
{
	int scheme = code[0] << 8 | code[1];
	const char *name = tls_name_find(security_schemes, scheme);
	const char *hash = tls_name_find(security_hashes, code[0]);
	const char *signature = tls_name_find(security_signatures, code[1]);

	if (name != NULL)
		textbuf_printf(line, " scheme=%s", name);
	else if (hash != NULL && signature != NULL)
		textbuf_printf(
		    line, " digest=%s, algorithm=%s", hash, signature);
	else
		textbuf_printf(
		    line, " scheme=unknown(0x%04x)", (unsigned)scheme);
}

static const char *
security_curve(int nid)
{
	const char *name = EC_curve_nid2nist(nid);

	return name != NULL ? name : OBJ_nid2sn(nid);
}
