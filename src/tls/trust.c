#include <sys/stat.h>

#include <stdbool.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/store.h>
#include <openssl/x509_vfy.h>

#include "config/config.h"
#include "foundation/file_limit.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/base/tls_error.h"
#include "tls/identity/tls_file.h"
#include "tls/trust.h"

/*
 * The three options that name certificates for one purpose. As in the stock
 * program, -propquery is used for the store of the context only, not for stores
 * beside it.
 */
struct trust_source {
	const char *file, *path, *store; /* NULL: not given */
	const char *error; /* the stock program's first line, or "" */
	const char *propquery; /* selects the reader; NULL: any */
};

static bool trust_is_empty(const struct trust_source *);
static bool trust_load(X509_STORE *, const struct trust_source *);
static bool trust_failed(const char *, const char *);
static bool trust_check_store(const struct trust_source *);
static bool trust_has_any(const struct trust_source *);
static bool trust_load_system(SSL_CTX *, const struct config *);
static X509_STORE *trust_new(const struct trust_source *, X509_CRL *);
static bool trust_add_crl(X509_STORE *, X509_CRL *);

int
trust_install(SSL_CTX *ctx, const struct config *config, X509_CRL *crl)
{
	const struct trust_source all = { config->ca_file, config->ca_path,
		config->ca_store, "", config->propquery };
	const struct trust_source clients = { config->verify_ca_file,
		config->verify_ca_path, config->verify_ca_store,
		"Error loading store locations\n", NULL };
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);

	if (trust_is_empty(&all) ? !trust_load_system(ctx, config)
				 : !trust_load(store, &all))
		return -1;
	if (!trust_add_crl(store, crl))
		return -1;
	if (trust_is_empty(&clients))
		return 0;
	if ((store = trust_new(&clients, crl)) == NULL)
		return -1;
	return SSL_CTX_set0_verify_cert_store(ctx, store) == 1 ? 0 : -1;
}

int
trust_install_chain(SSL_CTX *ctx, const struct config *config)
{
	const struct trust_source chain = { config->chain_ca_file,
		config->chain_ca_path, config->chain_ca_store,
		"Error loading store locations\n", NULL };
	X509_STORE *store;

	if (trust_is_empty(&chain))
		return 0;
	if ((store = trust_new(&chain, NULL)) == NULL)
		return -1;
	return SSL_CTX_set0_chain_cert_store(ctx, store) == 1 ? 0 : -1;
}

static bool
trust_is_empty(const struct trust_source *source)
{
	return source->file == NULL && source->path == NULL &&
	    source->store == NULL;
}

static bool
trust_load(X509_STORE *store, const struct trust_source *source)
{
	ERR_clear_error();
	if (file_limit_check(source->file) == -1)
		return false;
	if (source->file != NULL &&
	    X509_STORE_load_file_ex(
		store, source->file, NULL, source->propquery) != 1)
		return trust_failed(source->error, source->file);
	if (source->path != NULL &&
	    X509_STORE_load_path(store, source->path) != 1)
		return trust_failed(source->error, source->path);
	if (source->store == NULL)
		return true;
	if (!trust_check_store(source))
		return false;
	if (X509_STORE_load_store_ex(
		store, source->store, NULL, source->propquery) != 1)
		return trust_failed(source->error, source->store);
	return true;
}

/* Returns false. */
static bool
trust_failed(const char *error, const char *name)
{
	text_printf(TEXT_ERR, "%s", error);
	tls_error_say("s_server: cannot load the CA certificates of %s", name);
	return false;
}

/*
 * The library reads a store again for each certificate that it looks for, which
 * must not make a worker wait; and it does not report a file without
 * certificates. So both are checked here. The library reports a store that
 * cannot be opened.
 */
static bool
trust_check_store(const struct trust_source *source)
{
	const char *uri = source->store;
	struct stat status;

	if (file_limit_check(tls_file_path(uri)) == -1)
		return false;
	if (stat(tls_file_path(uri), &status) == -1 || S_ISDIR(status.st_mode))
		return true;
	if (!S_ISREG(status.st_mode))
		log_warnx("%s is no file that can be read again", uri);
	else if (!trust_has_any(source))
		log_warnx("no certificates in %s", uri);
	else
		return true;
	return false;
}

static bool
trust_has_any(const struct trust_source *source)
{
	OSSL_STORE_CTX *store = OSSL_STORE_open_ex(source->store, NULL,
	    source->propquery, NULL, NULL, NULL, NULL, NULL);
	OSSL_STORE_INFO *info;
	bool found = store == NULL;
	struct tls_file_patience patience = { 0 };
	bool goes_on = true;

	while (!found && goes_on && !OSSL_STORE_eof(store)) {
		info = OSSL_STORE_load(store);
		found = info != NULL &&
		    OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_CERT;
		goes_on = tls_file_goes_on(&patience, info != NULL);
		OSSL_STORE_INFO_free(info);
	}
	OSSL_STORE_close(store);
	ERR_clear_error();
	return found;
}

static bool
trust_load_system(SSL_CTX *ctx, const struct config *config)
{
	const char *file = getenv(X509_get_default_cert_file_env());

	if (!config->no_ca_file && file_limit_check(file) == -1)
		return false;
	ERR_clear_error();
	if ((config->no_ca_file || SSL_CTX_set_default_verify_file(ctx) == 1) &&
	    (config->no_ca_path || SSL_CTX_set_default_verify_dir(ctx) == 1) &&
	    (config->no_ca_store || SSL_CTX_set_default_verify_store(ctx) == 1))
		return true;
	return trust_failed("", "the system");
}

/* NULL: failed (reported). */
static X509_STORE *
trust_new(const struct trust_source *source, X509_CRL *crl)
{
	X509_STORE *store;

	if ((store = X509_STORE_new()) == NULL) {
		log_warnx("out of memory");
		return NULL;
	}
	if (trust_load(store, source) && trust_add_crl(store, crl))
		return store;
	X509_STORE_free(store);
	return NULL;
}

static bool
trust_add_crl(X509_STORE *store, X509_CRL *crl)
{
	if (crl == NULL || X509_STORE_add_crl(store, crl) == 1)
		return true;
	tls_error_say("Error adding CRL");
	return false;
}
