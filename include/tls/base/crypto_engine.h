/*
 * The engine of -engine, and keys that it holds.
 */
#ifndef CRYPTO_ENGINE_H
#define CRYPTO_ENGINE_H

#include <openssl/evp.h>
#include <openssl/ui.h>

/*
 * Have the engine do all that it can; the last one also gives the keys. "auto"
 * stands for all that there are. Returns 0, or -1 (reported).
 */
int crypto_engine_open(const char *name);
void crypto_engine_close(void);
/* NULL: there is none. */
const char *crypto_engine_name(void);
/*
 * The private key that the engine calls by this name; the UI, with arg, asks
 * for what it needs to know. NULL: failed, with the reasons in the library's
 * queue.
 */
EVP_PKEY *crypto_engine_key(const char *key, UI_METHOD *, void *arg);

#endif
