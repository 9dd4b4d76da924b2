#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "config/config.h"
#include "foundation/file_limit.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/base/tls_error.h"
#include "tls/identity/credentials.h"
#include "tls/identity/passphrase.h"
#include "tls/identity/self_signed.h"
#include "tls/identity/tls_file.h"

#define CREDENTIALS_FILE  "server.pem"
#define CREDENTIALS_FILE2 "server2.pem"

static const struct certified_key_names credentials_main = {
	.key = "server certificate private key",
	.certificate = "server certificate",
	.chain = "server certificate chain",
};
static const struct certified_key_names credentials_second = {
	.key = "second server certificate private key",
	.certificate = "second server certificate",
};
static const struct certified_key_names credentials_other = {
	.key = "second certificate private key",
	.certificate = "second server certificate",
	.chain = "second server certificate chain",
};

/* The pass phrases; NULL: ask the user. */
struct credentials_phrases {
	char *main; /* of the main and the second key */
	char *other;
};

static int
credentials_read_phrases(struct credentials_phrases *, const struct config *);
static bool credentials_load_all(struct credentials *, const struct config *,
    const struct credentials_phrases *);
static bool credentials_load_main(
    struct credentials *, const struct config *, const char *);
static bool credentials_load_second(
    struct credentials *, const struct config *, const char *);
static bool credentials_load_other(
    struct credentials *, const struct config *, const char *);
static int credentials_use_serverinfo(SSL_CTX *, const char *);
static bool credentials_load_dh(struct credentials *, const struct config *);
static bool credentials_make(struct certified_key *);

int
credentials_load(struct credentials *credentials, const struct config *config)
{
	struct credentials_phrases phrases;
	bool loaded;

	memset(credentials, 0, sizeof(*credentials));
	loaded = credentials_read_phrases(&phrases, config) == 0 &&
	    credentials_load_all(credentials, config, &phrases);
	passphrase_free(phrases.main);
	passphrase_free(phrases.other);
	if (!loaded)
		credentials_free(credentials);
	return loaded ? 0 : -1;
}

void
credentials_free(struct credentials *credentials)
{
	certified_key_free(&credentials->main);
	certified_key_free(&credentials->second);
	certified_key_free(&credentials->other);
	extra_certificates_free(credentials->extra);
	EVP_PKEY_free(credentials->dh);
	memset(credentials, 0, sizeof(*credentials));
}

/* The second context has only the certificate of -cert2. */
int
credentials_use(const struct credentials *credentials,
    const struct config *config, SSL_CTX *ctx, bool second)
{
	const struct certified_key *pair =
	    second ? &credentials->second : &credentials->main;

	if (certified_key_use(pair, ctx, config->build_chain) == -1)
		return -1;
	/* libssl adds these extensions to the certificate that was set last. */
	if (!second &&
	    (credentials_use_serverinfo(ctx, config->serverinfo) == -1 ||
		certified_key_use(
		    &credentials->other, ctx, config->build_chain) == -1))
		return -1;
	return credentials->extra == NULL
	    ? 0
	    : extra_certificates_install(credentials->extra, ctx);
}

static int
credentials_use_serverinfo(SSL_CTX *ctx, const char *file)
{
	if (file_limit_check(file) == -1)
		return -1;
	ERR_clear_error();
	if (file == NULL || SSL_CTX_use_serverinfo_file(ctx, file) == 1)
		return 0;
	tls_error_print();
	log_warnx("cannot use -serverinfo %s", file);
	return -1;
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

/* If -pass and -dpass name the same source, its first line is for -pass. */
static int
credentials_read_phrases(
    struct credentials_phrases *phrases, const struct config *config)
{
	const char *pass = config->pass, *other = config->other_pass;
	bool same = pass != NULL && other != NULL && strcmp(pass, other) == 0;

	phrases->main = phrases->other = NULL;
	if (pass != NULL && (phrases->main = passphrase_read(pass, 1)) == NULL)
		return -1;
	if (other != NULL &&
	    (phrases->other = passphrase_read(other, same ? 2 : 1)) == NULL)
		return -1;
	return 0;
}

/* Errors and prompts show the order, which is the stock program's. */
static bool
credentials_load_all(struct credentials *credentials,
    const struct config *config, const struct credentials_phrases *phrases)
{
	return extra_certificates_load(&credentials->extra, config) == 0 &&
	    credentials_load_main(credentials, config, phrases->main) &&
	    credentials_load_second(credentials, config, phrases->main) &&
	    credentials_load_other(credentials, config, phrases->other) &&
	    credentials_load_dh(credentials, config);
}

static bool
credentials_load_main(struct credentials *credentials,
    const struct config *config, const char *phrase)
{
	struct identity identity = config->identity;

	if (config->nocert)
		return true;
	if (identity.cert_file == NULL && identity.key_file == NULL &&
	    access(CREDENTIALS_FILE, F_OK) == -1 && errno == ENOENT)
		return credentials_make(&credentials->main);
	if (identity.cert_file == NULL)
		identity.cert_file = CREDENTIALS_FILE;
	return certified_key_load(&credentials->main, &identity,
		   &credentials_main, phrase, config->propquery) == 0;
}

static bool
credentials_load_second(struct credentials *credentials,
    const struct config *config, const char *phrase)
{
	struct identity identity = config->identity2;

	if (config->servername == NULL || config->nocert)
		return true;
	if (identity.cert_file == NULL)
		identity.cert_file = CREDENTIALS_FILE2;
	return certified_key_load(&credentials->second, &identity,
		   &credentials_second, phrase, config->propquery) == 0;
}

/* Loads the certificate of -dcert even with -nocert, as the stock program. */
static bool
credentials_load_other(struct credentials *credentials,
    const struct config *config, const char *phrase)
{
	const struct identity *identity = &config->other_identity;

	return identity->cert_file == NULL ||
	    certified_key_load(&credentials->other, identity,
		&credentials_other, phrase, config->propquery) == 0;
}

/*
 * A file of -dhparam must contain parameters; the file of the certificate may
 * contain some.
 */
static bool
credentials_load_dh(
    struct credentials *credentials, const struct config *config)
{
	if (config->no_dhe)
		return true;
	if (config->dhparam != NULL) {
		credentials->dh =
		    tls_file_dh(config->dhparam, true, config->propquery);
		return credentials->dh != NULL;
	}
	if (config->identity.cert_file != NULL)
		credentials->dh = tls_file_dh(
		    config->identity.cert_file, false, config->propquery);
	return true;
}

static bool
credentials_make(struct certified_key *pair)
{
	text_printf(TEXT_ERR,
	    "s_server: no -cert and no %s: serving a self-signed certificate "
	    "for localhost\n",
	    CREDENTIALS_FILE);
	pair->file = "memory";
	return self_signed_make(&pair->certificate, &pair->key) == 0;
}
