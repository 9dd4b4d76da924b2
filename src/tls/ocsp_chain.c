#include <openssl/crypto.h>

#include "config/config.h"
#include "foundation/log.h"
#include "tls/base/versions.h"
#include "tls/ocsp.h"
#include "tls/ocsp_chain.h"

/* The first library that has the calls. */
#define OCSP_CHAIN_MAJOR 3
#define OCSP_CHAIN_MINOR 6

static STACK_OF(X509) *ocsp_chain_of(SSL *);

int
ocsp_chain_count(SSL *ssl, const struct ocsp *ocsp)
{
	if (!ocsp->config->status_all || SSL_is_dtls(ssl) ||
	    SSL_version(ssl) < TLS1_3_VERSION || ocsp_chain_of(ssl) == NULL)
		return 1;
	return 1 + sk_X509_num(ocsp_chain_of(ssl));
}

X509 *
ocsp_chain_certificate(SSL *ssl, int number)
{
	return number == 0 ? SSL_get_certificate(ssl)
			   : ocsp_chain_next(ssl, number - 1);
}

X509 *
ocsp_chain_next(SSL *ssl, int number)
{
	return sk_X509_value(ocsp_chain_of(ssl), number);
}

X509 *
ocsp_chain_issuer(SSL *ssl, X509 *certificate)
{
	STACK_OF(X509) *chain = ocsp_chain_of(ssl);
	const X509_NAME *name = X509_get_issuer_name(certificate);
	int i;

	for (i = 0; i < sk_X509_num(chain); i++)
		if (X509_NAME_cmp(name,
			X509_get_subject_name(sk_X509_value(chain, i))) == 0)
			return sk_X509_value(chain, i);
	return NULL;
}

/* Returns the chain of the current certificate as it was given, or NULL. */
static STACK_OF(X509) *
ocsp_chain_of(SSL *ssl)
{
	STACK_OF(X509) *chain = NULL;

	return SSL_get0_chain_certs(ssl, &chain) == 1 ? chain : NULL;
}

#ifdef SSL_CTRL_SET_TLSEXT_STATUS_REQ_OCSP_RESP_EX
bool
ocsp_chain_is_known(void)
{
	return versions_reach(OCSP_CHAIN_MAJOR, OCSP_CHAIN_MINOR);
}

void
ocsp_chain_give(SSL *ssl, OCSP_RESPONSE *const *responses, int count)
{
	STACK_OF(OCSP_RESPONSE) *stack = sk_OCSP_RESPONSE_new_null();
	int i;

	for (i = 0; i < count; i++)
		if (stack == NULL ||
		    sk_OCSP_RESPONSE_push(stack, responses[i]) == 0)
			fatalx("out of memory");
	SSL_set0_tlsext_status_ocsp_resp_ex(ssl, stack);
}

static STACK_OF(OCSP_RESPONSE) *
ocsp_chain_stack(SSL *ssl)
{
	STACK_OF(OCSP_RESPONSE) *stack = NULL;

	SSL_get0_tlsext_status_ocsp_resp_ex(ssl, &stack);
	return stack;
}

int
ocsp_chain_given(SSL *ssl)
{
	int count = sk_OCSP_RESPONSE_num(ocsp_chain_stack(ssl));

	return count > 0 ? count : 0;
}

OCSP_RESPONSE *
ocsp_chain_response(SSL *ssl, int number)
{
	return sk_OCSP_RESPONSE_value(ocsp_chain_stack(ssl), number);
}
#else
bool
ocsp_chain_is_known(void)
{
	return false;
}

void
ocsp_chain_give(SSL *ssl, OCSP_RESPONSE *const *responses, int count)
{
	(void)ssl;
	(void)responses;
	(void)count;
}

int
ocsp_chain_given(SSL *ssl)
{
	(void)ssl;
	return 0;
}

OCSP_RESPONSE *
ocsp_chain_response(SSL *ssl, int number)
{
	(void)ssl;
	(void)number;
	return NULL;
}
#endif
