#include <stdbool.h>

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "config/config.h"
#include "foundation/text.h"
#include "foundation/textbuf.h"
#include "tls/base/nameopt.h"
#include "tls/base/tls_error.h"
#include "tls/base/tls_text.h"
#include "tls/trust.h"
#include "tls/verification.h"
#include "tls/verify_param.h"

/* With -policy_print the library calls once more after the verification. */
#define VERIFICATION_NOTICE 2

static int verification_set_param(SSL_CTX *, const struct config *);
static int verification_send_ca_names(SSL_CTX *, const struct config *);
static int verification_run(X509_STORE_CTX *, void *);
static const struct config *verification_config(const X509_STORE_CTX *);
static int verification_judge(int, X509_STORE_CTX *);
static void verification_print_policies(BIO *, X509_STORE_CTX *);
static void
verification_print_nodes(BIO *, const char *, STACK_OF(X509_POLICY_NODE) *);
static int verification_forgive(const struct config *, X509_STORE_CTX *, BIO *);
static void verification_describe(BIO *, X509 *, int, const struct config *);
static void verification_explain(BIO *, X509 *, int, const struct config *);

int
verification_install(SSL_CTX *ctx, const struct config *config, X509_CRL *crl)
{
	int mode = SSL_VERIFY_NONE;

	if (trust_install(ctx, config, crl) == -1 ||
	    verification_set_param(ctx, config) == -1)
		return -1;
	if (config->verify)
		mode = SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE;
	if (config->verify_must)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(ctx, mode, verification_judge);
	SSL_CTX_set_cert_verify_callback(
	    ctx, verification_run, (void *)(uintptr_t)config);
	return verification_send_ca_names(ctx, config);
}

static int
verification_set_param(SSL_CTX *ctx, const struct config *config)
{
	X509_VERIFY_PARAM *param;
	int result;

	if (STAILQ_EMPTY(&config->x509))
		return 0;
	if ((param = verify_param_new(config)) == NULL)
		return -1;
	result = SSL_CTX_set1_param(ctx, param) == 1 ? 0 : -1;
	X509_VERIFY_PARAM_free(param);
	if (result == -1)
		tls_error_say("Error setting verify params");
	return result;
}

static int
verification_send_ca_names(SSL_CTX *ctx, const struct config *config)
{
	STACK_OF(X509_NAME) *names;

	if (config->no_ca_names)
		SSL_CTX_set_options(ctx, SSL_OP_DISABLE_TLSEXT_CA_NAMES);
	/* A client that logs in by SRP is not asked for a certificate. */
	if (config->ca_file == NULL || config->srpvfile != NULL)
		return 0;
	if ((names = SSL_load_client_CA_file(config->ca_file)) == NULL) {
		tls_error_say(
		    "s_server: cannot read CA names of %s", config->ca_file);
		return -1;
	}
	SSL_CTX_set_client_CA_list(ctx, names);
	return 0;
}

/* Passes the configuration to the callback below. */
static int
verification_run(X509_STORE_CTX *store, void *config)
{
	X509_STORE_CTX_set_app_data(store, config);
	return X509_verify_cert(store);
}

/* The issuer of a revocation list is verified in a context of its own. */
static const struct config *
verification_config(const X509_STORE_CTX *store)
{
	const X509_STORE_CTX *parent;

	while ((parent = X509_STORE_CTX_get0_parent_ctx(store)) != NULL)
		store = parent;
	return X509_STORE_CTX_get_app_data(store);
}

/* Called for each certificate of the chain, and for each error. */
static int
verification_judge(int ok, X509_STORE_CTX *store)
{
	const struct config *config = verification_config(store);
	bool quiet = config->verify_quiet;
	X509 *certificate = X509_STORE_CTX_get_current_cert(store);
	int error = X509_STORE_CTX_get_error(store);
	BIO *bio;

	if ((bio = BIO_new(BIO_s_mem())) == NULL)
		return 0;
	if (!quiet || !ok)
		verification_describe(bio, certificate,
		    X509_STORE_CTX_get_error_depth(store), config);
	if (!ok)
		ok = verification_forgive(config, store, bio);
	if (certificate != NULL)
		verification_explain(bio, certificate, error, config);
	if (!quiet &&
	    (error == X509_V_ERR_NO_EXPLICIT_POLICY ||
		(error == X509_V_OK && ok == VERIFICATION_NOTICE)))
		verification_print_policies(bio, store);
	if (ok && !quiet)
		BIO_printf(bio, "verify return:%d\n", ok);
	tls_text_say(TEXT_ERR, bio);
	return ok;
}

static void
verification_describe(
    BIO *bio, X509 *certificate, int depth, const struct config *config)
{
	BIO_printf(bio, "depth=%d ", depth);
	if (certificate == NULL)
		BIO_printf(bio, "<no cert>");
	else
		X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0,
		    nameopt_flags(config));
	BIO_printf(bio, "\n");
}

/*
 * Without -verify_return_error errors of a chain are only printed, unless the
 * chain is longer than -verify allows. Any length is allowed without -verify
 * (a command of the console may ask for a certificate), and with a negative
 * depth.
 */
static int
verification_forgive(
    const struct config *config, X509_STORE_CTX *store, BIO *bio)
{
	int error = X509_STORE_CTX_get_error(store);

	BIO_printf(bio, "verify error:num=%d:%s\n", error,
	    X509_verify_cert_error_string(error));
	if (config->verify_depth >= 0 &&
	    X509_STORE_CTX_get_error_depth(store) > config->verify_depth)
		return 0;
	return !config->verify_return_error;
}

static void
verification_explain(
    BIO *bio, X509 *certificate, int error, const struct config *config)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
		BIO_printf(bio, "issuer= ");
		X509_NAME_print_ex(bio, X509_get_issuer_name(certificate), 0,
		    nameopt_flags(config));
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
		BIO_printf(bio, "notBefore=");
		ASN1_TIME_print(bio, X509_get0_notBefore(certificate));
		break;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
		BIO_printf(bio, "notAfter=");
		ASN1_TIME_print(bio, X509_get0_notAfter(certificate));
		break;
	default:
		return;
	}
	BIO_printf(bio, "\n");
}

/* Prints the policies that the chain and the user allow (RFC 5280, 6.1). */
static void
verification_print_policies(BIO *bio, X509_STORE_CTX *store)
{
	X509_POLICY_TREE *tree = X509_STORE_CTX_get0_policy_tree(store);

	BIO_printf(bio, "Require explicit Policy: %s\n",
	    X509_STORE_CTX_get_explicit_policy(store) ? "True" : "False");
	verification_print_nodes(
	    bio, "Authority", X509_policy_tree_get0_policies(tree));
	verification_print_nodes(
	    bio, "User", X509_policy_tree_get0_user_policies(tree));
}

static void
verification_print_nodes(
    BIO *bio, const char *whose, STACK_OF(X509_POLICY_NODE) *nodes)
{
	BIO *lines = BIO_new(BIO_s_mem());
	struct textbuf text;
	int i;

	BIO_printf(
	    bio, "%s Policies:%s\n", whose, nodes == NULL ? " <empty>" : "");
	if (lines == NULL)
		return;
	for (i = 0; i < sk_X509_POLICY_NODE_num(nodes); i++)
		X509_POLICY_NODE_print(
		    lines, sk_X509_POLICY_NODE_value(nodes, i), 2);
	textbuf_init(&text);
	tls_text_quote(&text, lines);
	BIO_write(bio, text.data, (int)text.size);
	textbuf_free(&text);
}
