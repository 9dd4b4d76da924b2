#include <err.h>
#include <stdlib.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "server_context.h"

SSL_CTX *
server_context(const char *certificate, const char *key)
{
	static const unsigned char name[] = "bench";
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL)
		server_context_fail("SSL_CTX_new");
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
		server_context_fail(certificate);
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		server_context_fail(key);
	/* The chain comes from the file and is not built in each handshake. */
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_session_id_context(ctx, name, sizeof(name) - 1);
	return ctx;
}

void
server_context_fail(const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_get_error());

	errx(1, "%s: %s", what, reason == NULL ? "failed" : reason);
}
