#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "config/config.h"
#include "foundation/log.h"
#include "tls/base/crypto_engine.h"
#include "tls/base/crypto_setup.h"
#include "tls/base/provider_parameter.h"
#include "tls/base/tls_error.h"

struct crypto_provider {
	SLIST_ENTRY(crypto_provider) entry;
	OSSL_PROVIDER *provider;
};

/* Static, since libcrypto is set up once and has static state, too. */
static SLIST_HEAD(crypto_providers, crypto_provider)
    crypto_setup_providers = SLIST_HEAD_INITIALIZER(crypto_setup_providers);

static int crypto_setup_load(const struct config *);
static int crypto_setup_provider(const char *);
static void crypto_setup_unload(void);
static int crypto_setup_provider_path(const char *);
static int crypto_setup_check_properties(const char *);
static int crypto_setup_seed(const char *);
static int crypto_setup_seed_from(const char *, size_t);

static const struct {
	const char *option;
	int (*use)(const char *value);
} crypto_setup_options[] = {
	{ "provider", crypto_setup_provider },
	{ "provider-path", crypto_setup_provider_path },
	{ "provparam", provider_parameter_set },
	{ "engine", crypto_engine_open },
};

int
crypto_setup_open(const struct config *config)
{
	size_t i;
	int result = 0;

	/* The user's configuration file may load providers and engines. */
	OPENSSL_init_ssl(
	    OPENSSL_INIT_ENGINE_ALL_BUILTIN | OPENSSL_INIT_LOAD_CONFIG, NULL);
	if (crypto_setup_load(config) == -1 ||
	    crypto_setup_check_properties(config->propquery) == -1)
		return -1;
	for (i = 0; i < config->rand.count; i++)
		if (crypto_setup_seed(config->rand.item[i]) == -1)
			result = -1;
	return result;
}

int
crypto_setup_close(const struct config *config)
{
	int result = 0;

	if (config->writerand != NULL &&
	    RAND_write_file(config->writerand) == -1) {
		tls_error_say("Cannot write random bytes:");
		result = -1;
	}
	crypto_engine_close();
	crypto_setup_unload();
	return result;
}

static int
crypto_setup_load(const struct config *config)
{
	const struct ssl_conf *conf;
	size_t i,
	    count =
		sizeof(crypto_setup_options) / sizeof(crypto_setup_options[0]);

	STAILQ_FOREACH (conf, &config->crypto, entry)
		for (i = 0; i < count; i++)
			if (strcmp(conf->name,
				crypto_setup_options[i].option) == 0 &&
			    crypto_setup_options[i].use(conf->value) == -1)
				return -1;
	return 0;
}

static int
crypto_setup_provider(const char *name)
{
	struct crypto_provider *loaded = calloc(1, sizeof(*loaded));

	if (loaded == NULL) {
		log_warnx("out of memory");
		return -1;
	}
	ERR_clear_error();
	if ((loaded->provider = OSSL_PROVIDER_load(NULL, name)) != NULL) {
		SLIST_INSERT_HEAD(&crypto_setup_providers, loaded, entry);
		return 0;
	}
	free(loaded);
	log_warnx("unable to load provider %s", name);
	tls_error_say("Hint: use -provider-path option or OPENSSL_MODULES "
		      "environment variable.");
	return -1;
}

static void
crypto_setup_unload(void)
{
	struct crypto_provider *loaded;

	while ((loaded = SLIST_FIRST(&crypto_setup_providers)) != NULL) {
		SLIST_REMOVE_HEAD(&crypto_setup_providers, entry);
		OSSL_PROVIDER_unload(loaded->provider);
		free(loaded);
	}
}

static int
crypto_setup_provider_path(const char *path)
{
	if (OSSL_PROVIDER_set_default_search_path(NULL, path) == 1)
		return 0;
	tls_error_say("s_server: cannot use -provider-path %s", path);
	return -1;
}

/* libcrypto ignores a bad query; its error is seen only here. */
static int
crypto_setup_check_properties(const char *query)
{
	EVP_MD *digest;

	if (query == NULL)
		return 0;
	ERR_clear_error();
	digest = EVP_MD_fetch(NULL, "SHA2-256", query);
	EVP_MD_free(digest);
	if (ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_PROP) {
		tls_error_say("s_server: cannot use -propquery %s", query);
		return -1;
	}
	ERR_clear_error();
	return 0;
}

/* files: separated by colons; an error is printed for each one that fails. */
static int
crypto_setup_seed(const char *files)
{
	size_t length;
	int result = 0;

	do {
		length = strcspn(files, ":");
		if (crypto_setup_seed_from(files, length) == -1)
			result = -1;
		files += length;
	} while (*files++ == ':' && *files != '\0');
	return result;
}

static int
crypto_setup_seed_from(const char *file, size_t length)
{
	char *name = strndup(file, length);
	int result = -1;

	ERR_clear_error();
	if (name == NULL)
		log_warnx("out of memory");
	else if (RAND_load_file(name, -1) > 0)
		result = 0;
	else
		tls_error_say("Can't load %s into RNG", name);
	free(name);
	return result;
}
