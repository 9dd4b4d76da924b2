/*
 * Preloaded into a server, this makes the TLS library say that it is later than
 * any that there is, or with EARLIER_OPENSSL that it is the first with which
 * the server works.
 */
#include <stdlib.h>

#include <openssl/crypto.h>

static int
is_early(void)
{
	return getenv("EARLIER_OPENSSL") != NULL;
}

unsigned
OPENSSL_version_major(void)
{
	return is_early() ? 3 : 99;
}

unsigned
OPENSSL_version_minor(void)
{
	return is_early() ? 0 : 9;
}

/* The parameter has the name that the header uses. */
const char *
OpenSSL_version(int type)
{
	(void)type;
	return is_early() ? "OpenSSL 3.0.0" : "OpenSSL 99.9.0";
}
