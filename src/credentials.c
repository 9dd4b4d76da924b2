#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "config.h"
#include "credentials.h"
#include "log.h"
#include "passphrase.h"
#include "self_signed.h"
#include "text.h"
#include "tls_error.h"
#include "tls_file.h"

/* What an identity is called, and its file if none is named. */
struct identity_name {
	const char *key;
	const char *certificate;
	const char *file;
};

static const struct identity_name credentials_main = {
	"server certificate private key",
	"server certificate",
	"server.pem",
};
static const struct identity_name credentials_second = {
	"second server certificate private key",
	"second server certificate",
	"server2.pem",
};

static bool
credentials_load_main(struct credentials *, const struct config *, char *);
static bool credentials_load_pair(struct credentials_pair *,
    const struct identity *, const struct identity_name *, char *);
static bool credentials_load_dh(struct credentials *, const struct config *);
static bool credentials_make(struct credentials_pair *);
static void credentials_free_pair(struct credentials_pair *);

int
credentials_load(struct credentials *credentials, const struct config *config)
{
	char *phrase = NULL;
	bool loaded;

	memset(credentials, 0, sizeof(*credentials));
	if (config->pass != NULL &&
	    (phrase = passphrase_read(config->pass)) == NULL)
		return -1;
	loaded = credentials_load_main(credentials, config, phrase) &&
	    (config->servername == NULL || config->nocert ||
		credentials_load_pair(&credentials->second, &config->identity2,
		    &credentials_second, phrase)) &&
	    credentials_load_dh(credentials, config);
	passphrase_free(phrase);
	if (!loaded)
		credentials_free(credentials);
	return loaded ? 0 : -1;
}

void
credentials_free(struct credentials *credentials)
{
	credentials_free_pair(&credentials->main);
	credentials_free_pair(&credentials->second);
	sk_X509_pop_free(credentials->chain, X509_free);
	EVP_PKEY_free(credentials->dh);
	memset(credentials, 0, sizeof(*credentials));
}

int
credentials_use(
    const struct credentials *credentials, SSL_CTX *ctx, bool second)
{
	const struct credentials_pair *pair =
	    second ? &credentials->second : &credentials->main;

	if (pair->certificate == NULL)
		return 0;
	ERR_clear_error();
	if (SSL_CTX_use_certificate(ctx, pair->certificate) != 1) {
		tls_error_say("error setting certificate");
		return -1;
	}
	if (SSL_CTX_use_PrivateKey(ctx, pair->key) != 1) {
		tls_error_say("error setting private key");
		log_warnx("the private key does not belong to the certificate "
			  "in %s",
		    pair->file);
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

static bool
credentials_load_main(
    struct credentials *credentials, const struct config *config, char *phrase)
{
	const struct identity *identity = &config->identity;

	if (config->nocert)
		return true;
	if (identity->cert_file == NULL && identity->key_file == NULL &&
	    access(credentials_main.file, F_OK) == -1 && errno == ENOENT)
		return credentials_make(&credentials->main);
	if (!credentials_load_pair(
		&credentials->main, identity, &credentials_main, phrase))
		return false;
	if (config->cert_chain == NULL)
		return true;
	credentials->chain = tls_file_chain(config->cert_chain, phrase);
	return credentials->chain != NULL;
}

/* In the stock program's order, which its prompts show: key, certificate. */
static bool
credentials_load_pair(struct credentials_pair *pair,
    const struct identity *identity, const struct identity_name *name,
    char *phrase)
{
	const char *key_file = identity->key_file;

	pair->file =
	    identity->cert_file != NULL ? identity->cert_file : name->file;
	pair->key = tls_file_key(key_file != NULL ? key_file : pair->file,
	    identity->key_format, name->key, phrase);
	if (pair->key == NULL)
		return false;
	pair->certificate = tls_file_certificate(
	    pair->file, identity->cert_format, name->certificate, phrase);
	return pair->certificate != NULL;
}

static void
credentials_free_pair(struct credentials_pair *pair)
{
	EVP_PKEY_free(pair->key);
	X509_free(pair->certificate);
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
credentials_make(struct credentials_pair *pair)
{
	text_printf(TEXT_ERR,
	    "s_server: no -cert and no %s: serving a self-signed certificate "
	    "for localhost\n",
	    credentials_main.file);
	pair->file = "memory";
	return self_signed_make(&pair->certificate, &pair->key) == 0;
}
