#include <openssl/ssl.h>

#include "link/early_data.h"

uint8_t *
early_data_buffer(struct link *link, uint8_t *local)
{
	return async_buffer(&link->shake.async, local, EARLY_DATA_SIZE);
}

enum link_result
early_data_read(struct link *link, uint8_t *data, size_t *size)
{
	size_t unsent = handshake_before(link);
	int result =
	    SSL_read_early_data(link->ssl, data, EARLY_DATA_SIZE, size);

	handshake_count_early(link);
	switch (result) {
	case SSL_READ_EARLY_DATA_SUCCESS:
		outcome_early_data(&link->outcome, *size);
		return LINK_AGAIN;
	case SSL_READ_EARLY_DATA_FINISH:
		*size = 0;
		return LINK_DONE;
	default:
		*size = 0;
		return handshake_stuck(link, 0, unsent);
	}
}
