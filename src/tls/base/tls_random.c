#include <openssl/rand.h>

#include "tls/base/tls_error.h"
#include "tls/base/tls_random.h"

static int random_public(void *, size_t);
static int random_secret(void *, size_t);
static int random_judge(int);

const struct randomness tls_random = { random_public, random_secret };

static int
random_public(void *bytes, size_t size)
{
	tls_error_clear();
	return random_judge(RAND_bytes(bytes, (int)size));
}

static int
random_secret(void *bytes, size_t size)
{
	tls_error_clear();
	return random_judge(RAND_priv_bytes(bytes, (int)size));
}

static int
random_judge(int result)
{
	if (result == 1)
		return 0;
	tls_error_say("s_server: cannot make random bytes");
	return -1;
}
