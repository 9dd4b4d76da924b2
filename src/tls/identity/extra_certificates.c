#include <stdlib.h>

#include <openssl/x509.h>

#include "config/config.h"
#include "foundation/log.h"
#include "tls/base/nameopt.h"
#include "tls/base/tls_text.h"
#include "tls/identity/certificate_choice.h"
#include "tls/identity/certified_key.h"
#include "tls/identity/extra_certificates.h"

struct extra_certificate {
	struct certified_key pair;
	bool build_chain;
};

struct extra_certificates {
	unsigned references;
	const struct config *config;
	size_t count;
	struct extra_certificate item[];
};

static const struct certified_key_names extra_names = {
	.key = "server key",
	.certificate = "Server Certificate",
	.chain = "server chain",
	.certificate_first = true,
};

/* The results of SSL_check_chain(3), in the order in which they are printed. */
static const struct {
	const char *name;
	int flag;
} extra_flags[] = {
	{ "Overall Validity", CERT_PKEY_VALID },
	{ "Sign with EE key", CERT_PKEY_SIGN },
	{ "EE signature", CERT_PKEY_EE_SIGNATURE },
	{ "CA signature", CERT_PKEY_CA_SIGNATURE },
	{ "EE key parameters", CERT_PKEY_EE_PARAM },
	{ "CA key parameters", CERT_PKEY_CA_PARAM },
	{ "Explicitly sign with EE key", CERT_PKEY_EXPLICIT_SIGN },
	{ "Issuer Name", CERT_PKEY_ISSUER_NAME },
	{ "Certificate Type", CERT_PKEY_CERT_TYPE },
};

static struct extra_certificates *extra_new(const struct config *);
static int extra_load(
    struct extra_certificate *, const struct extra_identity *, const char *);
static certificate_chooser extra_choose;
static void extra_report(SSL *, X509 *, size_t, int, const struct config *);
static bool extra_is_suite_b(SSL *);
static bool extra_take(SSL *, const struct extra_certificate *);
static void extra_release(void *);

/* Loads the last set first, as the stock program does; prompts show that. */
int
extra_certificates_load(
    struct extra_certificates **result, const struct config *config)
{
	const struct extra_identity *identity;
	struct extra_certificates *extra;
	size_t i;

	*result = NULL;
	if (TAILQ_EMPTY(&config->extra))
		return 0;
	if ((extra = extra_new(config)) == NULL) {
		log_warnx("out of memory");
		return -1;
	}
	i = extra->count;
	TAILQ_FOREACH_REVERSE(
	    identity, &config->extra, extra_identity_list, entry)
	if (extra_load(&extra->item[--i], identity, config->propquery) == -1) {
		extra_certificates_free(extra);
		return -1;
	}
	*result = extra;
	return 0;
}

void
extra_certificates_free(struct extra_certificates *extra)
{
	size_t i;

	if (extra == NULL || --extra->references > 0)
		return;
	for (i = 0; i < extra->count; i++)
		certified_key_free(&extra->item[i].pair);
	free(extra);
}

int
extra_certificates_install(struct extra_certificates *extra, SSL_CTX *ctx)
{
	extra->references++;
	return certificate_choice_add(ctx, extra_choose, extra, extra_release);
}

/* Returns an empty struct with room for all sets. NULL: out of memory. */
static struct extra_certificates *
extra_new(const struct config *config)
{
	const struct extra_identity *identity;
	struct extra_certificates *extra;
	size_t count = 0;

	TAILQ_FOREACH (identity, &config->extra, entry)
		count++;
	extra = calloc(1, sizeof(*extra) + count * sizeof(extra->item[0]));
	if (extra == NULL)
		return NULL;
	extra->references = 1;
	extra->config = config;
	extra->count = count;
	return extra;
}

/*
 * A key in the certificate's file has the certificate's format. A key that does
 * not belong to its certificate is reported, but the server starts, as the
 * stock program does.
 */
static int
extra_load(struct extra_certificate *extra, const struct extra_identity *named,
    const char *propquery)
{
	struct identity identity = named->identity;

	extra->build_chain = named->build_chain;
	if (identity.key_file == NULL)
		identity.key_format = identity.cert_format;
	if (certified_key_load(
		&extra->pair, &identity, &extra_names, NULL, propquery) == -1)
		return -1;
	(void)certified_key_check(&extra->pair);
	return 0;
}

/* A certificate_chooser. It replaces all certificates that were set before. */
static enum certificate_choice
extra_choose(SSL *ssl, void *arg)
{
	const struct extra_certificates *extra = arg;
	const struct certified_key *pair;
	size_t i;
	int flags;

	SSL_certs_clear(ssl);
	for (i = 0; i < extra->count; i++) {
		pair = &extra->item[i].pair;
		flags = SSL_check_chain(
		    ssl, pair->certificate, pair->key, pair->chain);
		extra_report(
		    ssl, pair->certificate, i + 1, flags, extra->config);
		if ((flags & CERT_PKEY_VALID) != 0 &&
		    !extra_take(ssl, &extra->item[i]))
			return CHOICE_FAILED;
	}
	return CHOICE_MADE;
}

static void
extra_report(SSL *ssl, X509 *certificate, size_t number, int flags,
    const struct config *config)
{
	BIO *bio = BIO_new(BIO_s_mem());
	size_t i;

	if (bio == NULL)
		return;
	BIO_printf(bio, "Checking cert chain %zu:\nSubject: ", number);
	X509_NAME_print_ex(
	    bio, X509_get_subject_name(certificate), 0, nameopt_flags(config));
	BIO_printf(bio, "\n");
	for (i = 0; i < sizeof(extra_flags) / sizeof(extra_flags[0]); i++)
		BIO_printf(bio, "\t%s: %s\n", extra_flags[i].name,
		    (flags & extra_flags[i].flag) != 0 ? "OK" : "NOT OK");
	BIO_printf(bio, "\tSuite B: %s\n",
	    !extra_is_suite_b(ssl)	   ? "not tested"
		: flags & CERT_PKEY_SUITEB ? "OK"
					   : "NOT OK");
	tls_text_say(TEXT_ERR, bio);
}

static bool
extra_is_suite_b(SSL *ssl)
{
	return (SSL_set_cert_flags(ssl, 0) & SSL_CERT_FLAG_SUITEB_128_LOS) != 0;
}

static bool
extra_take(SSL *ssl, const struct extra_certificate *extra)
{
	const struct certified_key *pair = &extra->pair;

	if (SSL_use_certificate(ssl, pair->certificate) != 1 ||
	    SSL_use_PrivateKey(ssl, pair->key) != 1)
		return false;
	if (extra->build_chain)
		return SSL_build_cert_chain(ssl, 0) == 1;
	return pair->chain == NULL || SSL_set1_chain(ssl, pair->chain) == 1;
}

static void
extra_release(void *extra)
{
	extra_certificates_free(extra);
}
