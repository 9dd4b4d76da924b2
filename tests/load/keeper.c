/*
 * An engine for tests. Its keys are in PEM files, and it completes their names:
 * the key "server" is in server-key.pem. The environment variable KEEPER names
 * the folder.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <stdio.h>
#include <stdlib.h>

#include <openssl/engine.h>
#include <openssl/pem.h>

/* Where there are no engines, this one has nothing. */
#ifndef OPENSSL_NO_ENGINE

static EVP_PKEY *
keeper_load(ENGINE *engine, const char *name, UI_METHOD *ui, void *arg)
{
	const char *folder = getenv("KEEPER");
	char path[4096];
	EVP_PKEY *key;
	FILE *file;

	(void)engine;
	(void)ui;
	(void)arg;
	snprintf(path, sizeof(path), "%s/%s-key.pem",
	    folder == NULL ? "." : folder, name);
	if ((file = fopen(path, "r")) == NULL)
		return NULL;
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	return key;
}

static int
keeper_bind(ENGINE *engine, const char *id)
{
	(void)id;
	return ENGINE_set_id(engine, "keeper") == 1 &&
	    ENGINE_set_name(engine, "Keeper of the tests' keys") == 1 &&
	    ENGINE_set_load_privkey_function(engine, keeper_load) == 1;
}

/* NOLINTBEGIN: the names and the casts are the macros' */
IMPLEMENT_DYNAMIC_CHECK_FN()
IMPLEMENT_DYNAMIC_BIND_FN(keeper_bind)
/* NOLINTEND */

#endif
