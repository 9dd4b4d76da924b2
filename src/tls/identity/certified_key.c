#include <openssl/err.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/base/tls_error.h"
#include "tls/identity/certified_key.h"
#include "tls/identity/tls_file.h"

static bool
certified_key_load_key(struct certified_key *, const struct identity *,
    const struct certified_key_names *, const char *, const char *);
static bool
certified_key_load_certificate(struct certified_key *, const struct identity *,
    const struct certified_key_names *, const char *, const char *);
static int certified_key_mismatch(const struct certified_key *);
static int
certified_key_set_chain(const struct certified_key *, SSL_CTX *, bool);

/* The order is visible in errors and prompts. */
int
certified_key_load(struct certified_key *pair, const struct identity *identity,
    const struct certified_key_names *names, const char *phrase,
    const char *propquery)
{
	bool first = names->certificate_first;

	pair->file = identity->cert_file;
	if ((first &&
		!certified_key_load_certificate(
		    pair, identity, names, phrase, propquery)) ||
	    !certified_key_load_key(pair, identity, names, phrase, propquery) ||
	    (!first &&
		!certified_key_load_certificate(
		    pair, identity, names, phrase, propquery)))
		return -1;
	if (identity->chain_file == NULL)
		return 0;
	pair->chain = tls_file_chain(
	    identity->chain_file, names->chain, phrase, propquery);
	return pair->chain == NULL ? -1 : 0;
}

void
certified_key_free(struct certified_key *pair)
{
	EVP_PKEY_free(pair->key);
	X509_free(pair->certificate);
	sk_X509_pop_free(pair->chain, X509_free);
}

int
certified_key_check(const struct certified_key *pair)
{
	int result = X509_check_private_key(pair->certificate, pair->key);

	ERR_clear_error();
	return result == 1 ? 0 : certified_key_mismatch(pair);
}

int
certified_key_use(
    const struct certified_key *pair, SSL_CTX *ctx, bool build_chain)
{
	if (pair->certificate == NULL)
		return 0;
	ERR_clear_error();
	if (SSL_CTX_use_certificate(ctx, pair->certificate) != 1) {
		tls_error_say("error setting certificate");
		return -1;
	}
	if (SSL_CTX_use_PrivateKey(ctx, pair->key) != 1) {
		tls_error_say("error setting private key");
		return certified_key_mismatch(pair);
	}
	/* libssl accepts a key of another type, beside the certificate. */
	if (SSL_CTX_check_private_key(ctx) != 1) {
		ERR_clear_error();
		text_printf(TEXT_ERR,
		    "Private key does not match the certificate public key\n");
		return certified_key_mismatch(pair);
	}
	return certified_key_set_chain(pair, ctx, build_chain);
}

/* Returns -1. */
static int
certified_key_mismatch(const struct certified_key *pair)
{
	log_warnx("the private key does not belong to the certificate in %s",
	    pair->file);
	return -1;
}

/* A given chain is only checked: it must go up to the root. */
static int
certified_key_set_chain(
    const struct certified_key *pair, SSL_CTX *ctx, bool build_chain)
{
	int flags = pair->chain != NULL ? SSL_BUILD_CHAIN_FLAG_CHECK : 0;

	if (pair->chain != NULL && SSL_CTX_set1_chain(ctx, pair->chain) != 1) {
		tls_error_say("error setting certificate chain");
		return -1;
	}
	if (build_chain && SSL_CTX_build_cert_chain(ctx, flags) != 1) {
		tls_error_say("error building certificate chain");
		log_warnx("-build_chain finds no chain for the certificate "
			  "in %s",
		    pair->file);
		return -1;
	}
	return 0;
}

static bool
certified_key_load_key(struct certified_key *pair,
    const struct identity *identity, const struct certified_key_names *names,
    const char *phrase, const char *propquery)
{
	const char *file = identity->key_file;

	pair->key = tls_file_key(file != NULL ? file : identity->cert_file,
	    identity->key_format, names->key, phrase, propquery);
	return pair->key != NULL;
}

static bool
certified_key_load_certificate(struct certified_key *pair,
    const struct identity *identity, const struct certified_key_names *names,
    const char *phrase, const char *propquery)
{
	pair->certificate = tls_file_certificate(identity->cert_file,
	    identity->cert_format, names->certificate, phrase, propquery);
	return pair->certificate != NULL;
}
