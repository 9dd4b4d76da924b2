#include <stdlib.h>

#include <openssl/crypto.h>

#include "foundation/slab.h"
#include "tls/base/crypto_memory.h"

#ifdef SANITIZE
void
crypto_memory_install(void)
{
}
#else
static void *crypto_memory_alloc(size_t, const char *, int);
static void *crypto_memory_realloc(void *, size_t, const char *, int);
static void crypto_memory_free(void *, const char *, int);

/* Blocks that libcrypto allocated before this call are still freed rightly. */
void
crypto_memory_install(void)
{
	if (getenv("S_SERVER_MALLOC") == NULL && slab_open())
		(void)CRYPTO_set_mem_functions(crypto_memory_alloc,
		    crypto_memory_realloc, crypto_memory_free);
}

static void *
crypto_memory_alloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return slab_alloc(size);
}

static void *
crypto_memory_realloc(void *block, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return slab_realloc(block, size);
}

static void
crypto_memory_free(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	slab_free(block);
}
#endif
