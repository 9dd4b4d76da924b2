#include <stdbool.h>

#include <openssl/crypto.h>
#include <openssl/opensslv.h>

#include "foundation/log.h"
#include "foundation/text.h"
#include "tls/base/versions.h"

const char *
versions_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

bool
versions_reach(unsigned major, unsigned minor)
{
	unsigned has = OPENSSL_version_major();

	return has > major ||
	    (has == major && OPENSSL_version_minor() >= minor);
}

void
versions_print(void)
{
	unsigned major = OPENSSL_version_major();
	unsigned minor = OPENSSL_version_minor();
	bool later = major > OPENSSL_VERSION_MAJOR ||
	    (major == OPENSSL_VERSION_MAJOR && minor > OPENSSL_VERSION_MINOR);

	text_printf(TEXT_OUT,
	    "s_server %s\n"
	    "compiled with %s\n"
	    "running with %s\n",
	    VERSION, OPENSSL_VERSION_TEXT, OpenSSL_version(OPENSSL_VERSION));
	if (later)
		log_warnx("options that need a later OpenSSL than %u.%u are "
			  "refused, for the program was compiled with that",
		    OPENSSL_VERSION_MAJOR, OPENSSL_VERSION_MINOR);
	else if (major != OPENSSL_VERSION_MAJOR ||
	    minor != OPENSSL_VERSION_MINOR)
		log_warnx("options that need a later OpenSSL than %u.%u are "
			  "refused, for the program runs with that",
		    major, minor);
}
