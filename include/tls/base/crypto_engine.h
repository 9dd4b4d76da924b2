/*
 * The engine of -engine, and the keys in it.
 */
#ifndef CRYPTO_ENGINE_H
#define CRYPTO_ENGINE_H

#include <openssl/evp.h>
#include <openssl/ui.h>

/*
 * Use the engine for everything that it supports; "auto" means all engines.
 * After several calls the keys come from the last engine. Returns 0, or -1
 * (reported).
 */
int crypto_engine_open(const char *name);
void crypto_engine_close(void);
/* Returns NULL if there is no engine. */
const char *crypto_engine_name(void);
/*
 * Returns the private key that has this name in the engine, or NULL with the
 * reasons in the library's error queue. The UI, which gets arg, asks for a pass
 * phrase.
 */
EVP_PKEY *crypto_engine_key(const char *key, UI_METHOD *, void *arg);

#endif
