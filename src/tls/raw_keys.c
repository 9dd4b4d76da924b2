#include <openssl/opensslv.h>
#include <openssl/ssl.h>

#include "config/config.h"
#include "tls/base/tls_error.h"
#include "tls/raw_keys.h"

#if OPENSSL_VERSION_PREREQ(3, 2)

int
raw_keys_install(SSL_CTX *ctx, const struct config *config)
{
	/* In the order of preference. */
	static const unsigned char types[] = { TLSEXT_cert_type_rpk,
		TLSEXT_cert_type_x509 };

	if (config->enable_server_rpk &&
	    SSL_CTX_set1_server_cert_type(ctx, types, sizeof(types)) != 1) {
		tls_error_say("Error setting server certificate types");
		return -1;
	}
	if (config->enable_client_rpk &&
	    SSL_CTX_set1_client_cert_type(ctx, types, sizeof(types)) != 1) {
		tls_error_say("Error setting client certificate types");
		return -1;
	}
	return 0;
}

bool
raw_keys_of_server(const SSL *ssl)
{
	return SSL_get_negotiated_server_cert_type(ssl) == TLSEXT_cert_type_rpk;
}

bool
raw_keys_of_client(const SSL *ssl)
{
	return SSL_get_negotiated_client_cert_type(ssl) == TLSEXT_cert_type_rpk;
}

EVP_PKEY *
raw_keys_peer(const SSL *ssl)
{
	return SSL_get0_peer_rpk(ssl);
}

#else

int
raw_keys_install(SSL_CTX *ctx, const struct config *config)
{
	(void)ctx;
	(void)config;
	return 0;
}

bool
raw_keys_of_server(const SSL *ssl)
{
	(void)ssl;
	return false;
}

bool
raw_keys_of_client(const SSL *ssl)
{
	(void)ssl;
	return false;
}

EVP_PKEY *
raw_keys_peer(const SSL *ssl)
{
	(void)ssl;
	return NULL;
}

#endif
