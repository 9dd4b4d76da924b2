#include <errno.h>
#include <unistd.h>

#include <openssl/err.h>

#include "config.h"
#include "credentials.h"
#include "passphrase.h"
#include "self_signed.h"
#include "text.h"
#include "tls_error.h"
#include "tls_file.h"

#define CREDENTIALS_DEFAULT  "server.pem"
#define CREDENTIALS_DEFAULT2 "server2.pem"

static bool
credentials_load_main(struct credentials *, const struct config *, char *);
static bool
credentials_load_second(struct credentials *, const struct config *, char *);
static bool credentials_load_dh(struct credentials *, const struct config *);
static bool credentials_make(struct credentials *);
int
credentials_load(struct credentials *credentials, const struct config *config)
{
	char *phrase = NULL;
	bool loaded;

	*credentials = (struct credentials){ .key = NULL };
	if (config->pass != NULL &&
	    (phrase = passphrase_read(config->pass)) == NULL)
		return -1;
	loaded = credentials_load_main(credentials, config, phrase) &&
	    credentials_load_second(credentials, config, phrase) &&
	    credentials_load_dh(credentials, config);
	passphrase_free(phrase);
	if (!loaded)
		credentials_free(credentials);
	return loaded ? 0 : -1;
}

void
credentials_free(struct credentials *credentials)
{
	EVP_PKEY_free(credentials->key);
	X509_free(credentials->certificate);
	sk_X509_pop_free(credentials->chain, X509_free);
	EVP_PKEY_free(credentials->key2);
	X509_free(credentials->certificate2);
	EVP_PKEY_free(credentials->dh);
	*credentials = (struct credentials){ .key = NULL };
}

int
credentials_use(
    const struct credentials *credentials, SSL_CTX *ctx, bool second)
{
	X509 *certificate =
	    second ? credentials->certificate2 : credentials->certificate;
	EVP_PKEY *key = second ? credentials->key2 : credentials->key;

	if (certificate == NULL)
		return 0;
	ERR_clear_error();
	if (SSL_CTX_use_certificate(ctx, certificate) != 1) {
		tls_error_say("error setting certificate");
		return -1;
	}
	if (SSL_CTX_use_PrivateKey(ctx, key) != 1) {
		tls_error_say("error setting private key");
		return -1;
	}
	if (!second && credentials->chain != NULL &&
	    SSL_CTX_set1_chain(ctx, credentials->chain) != 1) {
		tls_error_say("error setting certificate chain");
		return -1;
	}
	/* A key of another type is set beside the certificate, not for it. */
	if (SSL_CTX_check_private_key(ctx) != 1) {
		ERR_clear_error();
		text_printf(TEXT_ERR,
		    "Private key does not match the certificate public key\n");
		return -1;
	}
	return 0;
}

int
credentials_use_dh(const struct credentials *credentials, SSL_CTX *ctx)
{
	EVP_PKEY *dh = credentials->dh;

	if (dh == NULL) {
		SSL_CTX_set_dh_auto(ctx, 1);
		return 0;
	}
	if (EVP_PKEY_up_ref(dh) == 1 && SSL_CTX_set0_tmp_dh_pkey(ctx, dh) == 1)
		return 0;
	EVP_PKEY_free(dh);
	tls_error_say("Error setting temp DH parameters");
	return -1;
}

/* In the stock program's order, which its prompts show: key, certificate. */
static bool
credentials_load_main(
    struct credentials *credentials, const struct config *config, char *phrase)
{
	const struct identity *identity = &config->identity;
	const char *cert_file = identity->cert_file, *key_file;

	if (config->nocert)
		return true;
	if (cert_file == NULL && identity->key_file == NULL &&
	    access(CREDENTIALS_DEFAULT, F_OK) == -1 && errno == ENOENT)
		return credentials_make(credentials);
	if (cert_file == NULL)
		cert_file = CREDENTIALS_DEFAULT;
	key_file = identity->key_file != NULL ? identity->key_file : cert_file;
	credentials->key = tls_file_key(key_file, identity->key_format,
	    "server certificate private key", phrase);
	if (credentials->key == NULL)
		return false;
	credentials->certificate = tls_file_certificate(
	    cert_file, identity->cert_format, "server certificate", phrase);
	if (credentials->certificate == NULL)
		return false;
	if (config->cert_chain == NULL)
		return true;
	credentials->chain = tls_file_chain(config->cert_chain, phrase);
	return credentials->chain != NULL;
}

static bool
credentials_load_second(
    struct credentials *credentials, const struct config *config, char *phrase)
{
	const struct identity *identity = &config->identity2;
	const char *cert_file = identity->cert_file, *key_file;

	if (config->servername == NULL || config->nocert)
		return true;
	if (cert_file == NULL)
		cert_file = CREDENTIALS_DEFAULT2;
	key_file = identity->key_file != NULL ? identity->key_file : cert_file;
	credentials->key2 = tls_file_key(key_file, identity->key_format,
	    "second server certificate private key", phrase);
	if (credentials->key2 == NULL)
		return false;
	credentials->certificate2 = tls_file_certificate(cert_file,
	    identity->cert_format, "second server certificate", phrase);
	return credentials->certificate2 != NULL;
}

/*
 * A -dhparam that cannot be used is an error; parameters behind the
 * certificate in its file are welcome, but nobody has promised them.
 */
static bool
credentials_load_dh(
    struct credentials *credentials, const struct config *config)
{
	if (config->no_dhe)
		return true;
	if (config->dhparam != NULL) {
		credentials->dh = tls_file_dh(config->dhparam, true);
		return credentials->dh != NULL;
	}
	if (config->identity.cert_file != NULL)
		credentials->dh =
		    tls_file_dh(config->identity.cert_file, false);
	return true;
}

static bool
credentials_make(struct credentials *credentials)
{
	text_printf(TEXT_ERR,
	    "s_server: no -cert and no " CREDENTIALS_DEFAULT
	    ": serving a self-signed certificate for localhost\n");
	return self_signed_make(&credentials->certificate, &credentials->key) ==
	    0;
}
