#include <openssl/err.h>
#include <openssl/opensslv.h>

#include "config/config.h"
#include "foundation/text.h"
#include "tls/compressed_certificates.h"

#if OPENSSL_VERSION_PREREQ(3, 2) && !defined(OPENSSL_NO_COMP)
#include <openssl/comp.h>

bool
compressed_certificates_exist(void)
{
	return COMP_brotli_oneshot() != NULL || COMP_zlib_oneshot() != NULL ||
	    COMP_zstd_oneshot() != NULL;
}

/* Fails also if there is no certificate, or if none becomes shorter. */
static bool
compressed_certificates_of(SSL_CTX *ctx)
{
	return SSL_CTX_compress_certs(ctx, 0) == 1;
}
#else
bool
compressed_certificates_exist(void)
{
	return false;
}

static bool
compressed_certificates_of(SSL_CTX *ctx)
{
	(void)ctx;
	return false;
}
#endif

void
compressed_certificates_make(
    SSL_CTX *ctx, SSL_CTX *ctx2, const struct config *config)
{
	if (!config->cert_comp)
		return;
	text_printf(TEXT_OUT, "Compressing certificates\n");
	if (!compressed_certificates_of(ctx))
		text_printf(TEXT_OUT, "Error compressing certs on ctx\n");
	if (ctx2 != NULL && !compressed_certificates_of(ctx2))
		text_printf(TEXT_OUT, "Error compressing certs on ctx2\n");
	ERR_clear_error();
}
