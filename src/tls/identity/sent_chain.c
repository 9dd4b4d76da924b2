#include <stdbool.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "tls/identity/sent_chain.h"

static bool sent_chain_fix_all(SSL_CTX *);
static bool sent_chain_fix_current(SSL_CTX *);
static STACK_OF(X509) *sent_chain_make(SSL_CTX *, X509 *);

void
sent_chain_fix(SSL_CTX *ctx)
{
	X509 *current = SSL_CTX_get0_certificate(ctx);

	if (current == NULL)
		return;
	if (sent_chain_fix_all(ctx))
		SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_select_current_cert(ctx, current);
	ERR_clear_error();
}

static bool
sent_chain_fix_all(SSL_CTX *ctx)
{
	long which = SSL_CERT_SET_FIRST;

	for (; SSL_CTX_set_current_cert(ctx, which) == 1;
	     which = SSL_CERT_SET_NEXT)
		if (!sent_chain_fix_current(ctx))
			return false;
	return true;
}

static bool
sent_chain_fix_current(SSL_CTX *ctx)
{
	STACK_OF(X509) *chain = NULL;
	bool fixed;

	if (SSL_CTX_get0_chain_certs(ctx, &chain) == 1 && chain != NULL)
		return true;
	chain = sent_chain_make(ctx, SSL_CTX_get0_certificate(ctx));
	if (chain == NULL)
		return false;
	/* A chain that ends at no trusted certificate is sent as well. */
	X509_free(sk_X509_shift(chain));
	fixed = sk_X509_num(chain) == 0 || SSL_CTX_set1_chain(ctx, chain) == 1;
	sk_X509_pop_free(chain, X509_free);
	return fixed;
}

/* Returns the chain, which begins with the certificate, or NULL. */
static STACK_OF(X509) *
sent_chain_make(SSL_CTX *ctx, X509 *certificate)
{
	X509_STORE *store = NULL;
	X509_STORE_CTX *search = X509_STORE_CTX_new();
	STACK_OF(X509) *chain = NULL;

	if (search == NULL)
		return NULL;
	if (SSL_CTX_get0_chain_cert_store(ctx, &store) != 1 || store == NULL)
		store = SSL_CTX_get_cert_store(ctx);
	if (X509_STORE_CTX_init(search, store, certificate, NULL) == 1) {
		(void)X509_verify_cert(search);
		chain = X509_STORE_CTX_get1_chain(search);
	}
	X509_STORE_CTX_free(search);
	return chain;
}
