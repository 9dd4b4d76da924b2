/*
 * Engines are deprecated in OpenSSL 3.0, but it still has them. OpenSSL 4 has
 * none.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <string.h>

#include <openssl/err.h>
#ifndef OPENSSL_NO_ENGINE
#include <openssl/engine.h>
#endif

#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/base/crypto_engine.h"
#include "tls/base/tls_error.h"

#ifdef OPENSSL_NO_ENGINE

int
crypto_engine_open(const char *name)
{
	log_warnx("-engine %s: OpenSSL %s has no engines", name,
	    OpenSSL_version(OPENSSL_VERSION_STRING));
	return -1;
}

void
crypto_engine_close(void)
{
}

const char *
crypto_engine_name(void)
{
	return NULL;
}

EVP_PKEY *
crypto_engine_key(const char *key, UI_METHOD *ui, void *arg)
{
	(void)key;
	(void)ui;
	(void)arg;
	return NULL;
}

#else

static ENGINE *crypto_engine_load(const char *);

/* Static, since libcrypto is set up once and has static state, too. */
static ENGINE *crypto_engine_chosen;

int
crypto_engine_open(const char *name)
{
	ENGINE *engine;

	ERR_clear_error();
	if (strcmp(name, "auto") == 0) {
		text_printf(TEXT_ERR, "Enabling auto ENGINE support\n");
		ENGINE_register_all_complete();
		return 0;
	}
	if ((engine = ENGINE_by_id(name)) == NULL &&
	    (engine = crypto_engine_load(name)) == NULL) {
		tls_error_say("Invalid engine \"%s\"", name);
		return -1;
	}
	ENGINE_ctrl_cmd(engine, "SET_USER_INTERFACE", 0, UI_OpenSSL(), NULL, 1);
	ERR_clear_error();
	if (ENGINE_set_default(engine, ENGINE_METHOD_ALL) != 1) {
		tls_error_say("Can't use that engine");
		ENGINE_free(engine);
		return -1;
	}
	text_printf(TEXT_ERR, "Engine \"%s\" set.\n", ENGINE_get_id(engine));
	crypto_engine_close();
	crypto_engine_chosen = engine;
	return 0;
}

void
crypto_engine_close(void)
{
	ENGINE_free(crypto_engine_chosen);
	crypto_engine_chosen = NULL;
}

const char *
crypto_engine_name(void)
{
	return crypto_engine_chosen == NULL
	    ? NULL
	    : ENGINE_get_id(crypto_engine_chosen);
}

EVP_PKEY *
crypto_engine_key(const char *key, UI_METHOD *ui, void *arg)
{
	EVP_PKEY *result;

	ERR_clear_error();
	if (ENGINE_init(crypto_engine_chosen) != 1)
		return NULL;
	result = ENGINE_load_private_key(crypto_engine_chosen, key, ui, arg);
	ENGINE_finish(crypto_engine_chosen);
	return result;
}

/* path: the file of a shared object. */
static ENGINE *
crypto_engine_load(const char *path)
{
	ENGINE *engine = ENGINE_by_id("dynamic");

	if (engine == NULL)
		return NULL;
	if (ENGINE_ctrl_cmd_string(engine, "SO_PATH", path, 0) == 1 &&
	    ENGINE_ctrl_cmd_string(engine, "LOAD", NULL, 0) == 1)
		return engine;
	ENGINE_free(engine);
	return NULL;
}

#endif
