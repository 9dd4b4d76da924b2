#include <openssl/err.h>
#include <openssl/ssl.h>

#include "connection_state.h"
#include "handshake.h"
#include "worker.h"

enum handshake_result
handshake_step(struct connection *connection)
{
	struct worker *worker = connection->worker;
	int result;

	if (!connection->counted)
		worker_count(worker, STAT_ACCEPTS);
	connection->counted = true;
	connection->transport.starved = false;
	ERR_clear_error();
	result = SSL_do_handshake(connection->ssl);
	if (result == 1) {
		worker_count(worker, STAT_ACCEPTS_FINISHED);
		if (SSL_session_reused(connection->ssl)) {
			worker_count(worker, STAT_HITS);
			worker_count(worker, STAT_RESUMED);
		}
		return HANDSHAKE_DONE;
	}
	switch (SSL_get_error(connection->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return connection->transport.starved ? HANDSHAKE_WAIT
						     : HANDSHAKE_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		return HANDSHAKE_AGAIN;
	default:
		worker_count(worker, STAT_FAILED);
		return HANDSHAKE_FAILED;
	}
}
