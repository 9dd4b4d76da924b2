#include <openssl/err.h>
#include <openssl/srtp.h>

#include "config/config.h"
#include "tls/base/tls_error.h"
#include "tls/srtp.h"

int
srtp_install(SSL_CTX *ctx, const struct config *config)
{
	ERR_clear_error();
	/* Unlike other functions of libssl this one returns 0 on success. */
	if (config->use_srtp == NULL ||
	    SSL_CTX_set_tlsext_use_srtp(ctx, config->use_srtp) == 0)
		return 0;
	tls_error_say("Error setting SRTP profile");
	return -1;
}
