#include <netdb.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/services.h"
#include "config/config.h"
#include "connection/connection_state.h"
#include "connection/failure.h"
#include "foundation/text.h"
#include "tls/base/tls_error.h"

static const char *failure_reason(const struct connection *);
static const char *failure_error(const struct connection *, unsigned long);

bool
failure_label(const struct connection *connection)
{
	char host[CONNECTION_HOST_SIZE], peer[NI_MAXHOST + NI_MAXSERV + 8];

	if (connection->label == NULL)
		return false;
	if (!config_is_silent(connection->services->config)) {
		text_printf(TEXT_BLOCK_ERR, "%s\n", connection->label);
		return false;
	}
	connection_describe(connection, peer, sizeof(peer));
	connection_describe_host(connection, host, sizeof(host));
	text_printf(TEXT_ERR, "%sfrom %s: handshake failed: %s\n", host, peer,
	    failure_reason(connection));
	tls_error_clear();
	return true;
}

static const char *
failure_reason(const struct connection *connection)
{
	const struct transport *transport = &connection->link.transport;
	unsigned long error = ERR_peek_last_error();

	if (error != 0)
		return failure_error(connection, error);
	if (transport->read_error != 0)
		return strerror(transport->read_error);
	if (transport->write_error != 0)
		return strerror(transport->write_error);
	if (transport->at_eof)
		return "the client closed the connection";
	return "no reason is known";
}

/* For a bad certificate, returns what is wrong with it. */
static const char *
failure_error(const struct connection *connection, unsigned long error)
{
	long verified = SSL_get_verify_result(connection->link.ssl);
	const char *reason;

	if (ERR_SYSTEM_ERROR(error))
		return strerror(ERR_GET_REASON(error));
	if (ERR_GET_LIB(error) == ERR_LIB_SSL &&
	    ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED &&
	    verified != X509_V_OK)
		return X509_verify_cert_error_string(verified);
	reason = ERR_reason_error_string(error);
	return reason == NULL ? "an error without a name" : reason;
}
