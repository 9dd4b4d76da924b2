#include <stdbool.h>
#include <stddef.h>

#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <openssl/ssl.h>

#include "config/config.h"
#include "config/option_table.h"
#include "foundation/log.h"
#include "foundation/text.h"
#include "foundation/wordings.h"
#include "tls/base/openssl_compat.h"
#include "tls/compressed_certificates.h"
#include "tls/ech.h"
#include "tls/tls_features.h"

#ifdef OPENSSL_NO_SCTP
#define TLS_FEATURES_SCTP false
#else
#define TLS_FEATURES_SCTP true
#endif
#ifdef OPENSSL_NO_KTLS
#define TLS_FEATURES_KTLS false
#else
#define TLS_FEATURES_KTLS true
#endif

static bool tls_features_lack(bool, bool, const char *, const char *);

void
tls_features_choose_wordings(void)
{
	wording_choose(OPENSSL_version_major(), OPENSSL_version_minor());
}

int
tls_features_judge(const char *option, unsigned since)
{
	unsigned runs =
	    OPTION_VERSION(OPENSSL_version_major(), OPENSSL_version_minor());
	unsigned built =
	    OPTION_VERSION(OPENSSL_VERSION_MAJOR, OPENSSL_VERSION_MINOR);

	if (runs >= since && built >= since)
		return 0;
	log_warnx("-%s needs OpenSSL %u.%u; this %s %s", option,
	    OPTION_VERSION_MAJOR(since), OPTION_VERSION_MINOR(since),
	    runs < since ? "is" : "program was built with",
	    runs < since ? OpenSSL_version(OPENSSL_VERSION_STRING)
			 : OPENSSL_VERSION_STR);
	return -1;
}

int
tls_features_check(const struct config *config)
{
	bool ssl3 = config->min_version == SSL3_VERSION;

	if (tls_features_lack(ssl3, COMPAT_HAS_SSL3, "ssl3", "SSL 3.0") ||
	    tls_features_lack(
		config->sctp, TLS_FEATURES_SCTP, "sctp", "SCTP") ||
	    tls_features_lack(config->sctp_label_bug, TLS_FEATURES_SCTP,
		"sctp_label_bug", "SCTP") ||
	    tls_features_lack(
		config->ktls, TLS_FEATURES_KTLS, "ktls", "kernel TLS") ||
	    tls_features_lack(config->cert_comp,
		compressed_certificates_exist(), "cert_comp",
		"brotli, zlib and zstd"))
		return -1;
	if (tls_features_lack(config_has_ech_keys(config), ECH_IS_KNOWN,
		"ech_key", "Encrypted Client Hello"))
		return -1;
	/* The stock program does this, too, if the kernel lacks it. */
	if (config->ktls)
		log_warnx("-ktls: records are made by the server, not by the "
			  "kernel");
	if (config->sctp && !config->dtls) {
		text_printf(TEXT_ERR, "Can't use -sctp without DTLS\n");
		return -1;
	}
	if (config->sctp || config->sctp_label_bug) {
		log_warnx("DTLS is served over UDP, not over SCTP");
		return -1;
	}
	return 0;
}

static bool
tls_features_lack(bool asked, bool there, const char *option, const char *what)
{
	if (!asked || there)
		return false;
	log_warnx("Option -%s is not available: the TLS library was built "
		  "without %s",
	    option, what);
	return true;
}
