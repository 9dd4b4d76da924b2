/*
 * An engine for tests whose random bytes are not random: each call returns the
 * same bytes, as in OpenSSL's own engine for tests. When the file
 * FIXED_RANDOM_ENDS exists, all calls fail.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <stdlib.h>
#include <unistd.h>

#include <openssl/engine.h>
#include <openssl/rand.h>

/* Where there are no engines, this one has nothing. */
#ifndef OPENSSL_NO_ENGINE

static int fixed_bind(ENGINE *, const char *);
static int fixed_bytes(unsigned char *, int);
static int fixed_status(void);

IMPLEMENT_DYNAMIC_BIND_FN(fixed_bind)
IMPLEMENT_DYNAMIC_CHECK_FN()

static const RAND_METHOD fixed_method = {
	.bytes = fixed_bytes, .pseudorand = fixed_bytes, .status = fixed_status
};

static int
fixed_bind(ENGINE *engine, const char *id)
{
	(void)id;
	return ENGINE_set_id(engine, "fixed") &&
	    ENGINE_set_name(engine, "fixed random bytes for tests") &&
	    ENGINE_set_RAND(engine, &fixed_method);
}

static int
fixed_bytes(unsigned char *bytes, int size)
{
	unsigned char value = 1;
	int i;

	if (!fixed_status())
		return 0;
	for (i = 0; i < size; i++)
		bytes[i] = value++;
	return 1;
}

static int
fixed_status(void)
{
	const char *end = getenv("FIXED_RANDOM_ENDS");

	return end == NULL || access(end, F_OK) == -1;
}

#endif
