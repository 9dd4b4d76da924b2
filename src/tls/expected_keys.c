#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/opensslv.h>
#include <openssl/pem.h>

#include "config/config.h"
#include "foundation/file_limit.h"
#include "foundation/log.h"
#include "tls/base/tls_error.h"
#include "tls/expected_keys.h"

#if OPENSSL_VERSION_PREREQ(3, 2)
static bool expected_keys_read(struct expected_keys *, const char *);
static void expected_keys_add(struct expected_keys *, EVP_PKEY *);
static EVP_PKEY *expected_key(const char *, const unsigned char *, long);

int
expected_keys_open(
    struct expected_keys *keys, SSL_CTX *ctx, const struct config *config)
{
	const struct strings *files = &config->expected_rpks;
	size_t i;

	if (files->count == 0)
		return 0;
	for (i = 0; i < files->count; i++)
		if (!expected_keys_read(keys, files->item[i]))
			return -1;
	if (SSL_CTX_dane_enable(ctx) > 0)
		return 0;
	tls_error_say("Error enabling client RPK verification");
	return -1;
}

int
expected_keys_set(const struct expected_keys *keys, SSL *ssl)
{
	size_t i;

	if (keys->count > 0 && SSL_dane_enable(ssl, NULL) <= 0)
		return -1;
	for (i = 0; i < keys->count; i++)
		if (SSL_add_expected_rpk(ssl, keys->key[i]) != 1)
			return -1;
	return 0;
}

/* Adds all keys of a file in PEM, which may also contain something else. */
static bool
expected_keys_read(struct expected_keys *keys, const char *path)
{
	size_t before = keys->count;
	char *name, *header;
	unsigned char *der;
	EVP_PKEY *key;
	long size;
	BIO *bio;

	if (file_limit_check(path) == -1)
		return false;
	if ((bio = BIO_new_file(path, "r")) == NULL) {
		ERR_clear_error();
		log_warn("-expected-rpks %s", path);
		return false;
	}
	while (PEM_read_bio(bio, &name, &header, &der, &size) == 1) {
		if ((key = expected_key(name, der, size)) != NULL)
			expected_keys_add(keys, key);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)size);
	}
	BIO_free(bio);
	ERR_clear_error();
	if (keys->count > before)
		return true;
	log_warnx("-expected-rpks %s: no public key in PEM", path);
	return false;
}

static void
expected_keys_add(struct expected_keys *keys, EVP_PKEY *key)
{
	size_t size = (keys->count + 1) * sizeof(EVP_PKEY *);
	EVP_PKEY **grown = realloc(keys->key, size);

	if (grown == NULL)
		fatalx("out of memory");
	grown[keys->count++] = key;
	keys->key = grown;
}

/* Returns the key of this part of a file, or NULL if it has none. */
static EVP_PKEY *
expected_key(const char *name, const unsigned char *der, long size)
{
	EVP_PKEY *key;
	X509 *certificate;

	if (strcmp(name, PEM_STRING_PUBLIC) == 0)
		return d2i_PUBKEY(NULL, &der, size);
	if (strcmp(name, PEM_STRING_X509) != 0)
		return NULL;
	certificate = d2i_X509(NULL, &der, size);
	key = certificate != NULL ? X509_get_pubkey(certificate) : NULL;
	X509_free(certificate);
	return key;
}
#else
int
expected_keys_open(
    struct expected_keys *keys, SSL_CTX *ctx, const struct config *config)
{
	(void)keys;
	(void)ctx;
	(void)config;
	return 0;
}

int
expected_keys_set(const struct expected_keys *keys, SSL *ssl)
{
	(void)keys;
	(void)ssl;
	return 0;
}
#endif

void
expected_keys_close(struct expected_keys *keys)
{
	while (keys->count > 0)
		EVP_PKEY_free(keys->key[--keys->count]);
	free(keys->key);
	keys->key = NULL;
}
