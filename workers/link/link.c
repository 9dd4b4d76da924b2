#include "link/link.h"
#include "tls/base/tls_error.h"

void
link_before(struct link *link)
{
	link->transport.starved = false;
	tls_error_clear();
}

enum link_result
link_look(struct link *link, int result)
{
	int error = SSL_get_error(link->ssl, result);

	switch (error) {
	case SSL_ERROR_WANT_READ:
		return link->transport.starved ? LINK_WAIT : LINK_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		return LINK_AGAIN;
	case SSL_ERROR_WANT_X509_LOOKUP:
	case SSL_ERROR_WANT_CLIENT_HELLO_CB:
		return LINK_SUSPENDED;
	case SSL_ERROR_WANT_ASYNC:
	case SSL_ERROR_WANT_ASYNC_JOB:
		async_wait(&link->shake.async, error);
		return LINK_SUSPENDED;
	case SSL_ERROR_ZERO_RETURN:
		return LINK_ENDED;
	default:
		return LINK_FAILED;
	}
}
