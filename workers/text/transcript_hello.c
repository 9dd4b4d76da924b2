/* What the ClientHello offered, and what both sides agreed upon. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "foundation/log.h"
#include "foundation/textbuf.h"
#include "foundation/wordings.h"
#include "text/transcript.h"
#include "tls/base/nameopt.h"
#include "tls/base/tls_group.h"
#include "tls/base/tls_text.h"

static void transcript_group(SSL *, int, struct textbuf *);
static void transcript_shared_groups(SSL *, struct textbuf *);
static void transcript_key(const EVP_PKEY *, struct textbuf *);

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
transcript_group(SSL *ssl, int nid, struct textbuf *text)
{
	char room[TLS_GROUP_NUMBER];

	textbuf_puts(text, tls_group_name(ssl, nid, room));
}

void
transcript_key_exchange(SSL *ssl, struct textbuf *text)
{
	const char *heading = wording(WORDING_PEER_TEMP_KEY);
	EVP_PKEY *key;

	if (heading == NULL)
		return;
	if (SSL_get_peer_tmp_key(ssl, &key)) {
		textbuf_puts(text, heading);
		transcript_key(key, text);
		EVP_PKEY_free(key);
	} else if (SSL_version(ssl) == TLS1_3_VERSION) {
		textbuf_puts(text, wording(WORDING_NEGOTIATED_GROUP));
		transcript_group(ssl, (int)SSL_get_negotiated_group(ssl), text);
		textbuf_puts(text, "\n");
	}
}

static void
transcript_key(const EVP_PKEY *key, struct textbuf *text)
{
	int type = EVP_PKEY_get_id(key);
	const char *name = EVP_PKEY_get0_type_name(key);
	char group[80];

	if (type == EVP_PKEY_KEYMGMT) {
		textbuf_printf(text, "%s\n", name != NULL ? name : "?");
		return;
	}
	if (type == EVP_PKEY_EC) {
		if (!EVP_PKEY_get_utf8_string_param(key,
			OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL))
			strlcpy(group, "?", sizeof(group));
		textbuf_printf(text, "ECDH, %s", group);
	} else {
		textbuf_puts(text, OBJ_nid2sn(type));
	}
	textbuf_printf(text, ", %d bits\n", EVP_PKEY_get_bits(key));
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
