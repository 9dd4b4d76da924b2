#include <stddef.h>

#include <openssl/ssl.h>

#include "foundation/wordings.h"
#include "tls/base/tls_names.h"

static const struct tls_name tls_names_of_versions[] = {
	{ TLS1_VERSION, "TLS 1.0" },
	{ TLS1_1_VERSION, "TLS 1.1" },
	{ TLS1_2_VERSION, "TLS 1.2" },
	{ TLS1_3_VERSION, "TLS 1.3" },
	{ DTLS1_VERSION, "DTLS 1.0" },
	{ DTLS1_BAD_VER, "DTLS 1.0 (bad)" },
	{ 0, NULL },
};

const char *
tls_name_find(const struct tls_name *table, int value)
{
	for (; table->name != NULL; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

const char *
tls_name_of_version(int version)
{
	const char *name = tls_name_find(tls_names_of_versions, version);

	return name != NULL ? name
			    : wording_of_number(WORDING_LIST_VERSIONS, version);
}
