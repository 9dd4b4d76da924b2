#include <sys/socket.h>

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/name_lookup.h"
#include "foundation/textbuf.h"

#define NAME_GOOD_MS 10000
#define NAME_BAD_MS  1000

int64_t
name_lookup(const struct fetch_request *request, struct fetch_answer *answer)
{
	struct addrinfo hints = { .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM },
			*found, *at;
	struct sockaddr_storage address;
	struct textbuf bytes;
	int error;

	textbuf_init(&bytes);
	error = getaddrinfo(request->host, request->port, &hints, &found);
	if (error != 0)
		textbuf_puts(&bytes, gai_strerror(error));
	for (at = error == 0 ? found : NULL; at != NULL; at = at->ai_next) {
		memset(&address, 0, sizeof(address));
		memcpy(&address, at->ai_addr, at->ai_addrlen);
		textbuf_append(&bytes, &address, sizeof(address));
		answer->good = true;
	}
	if (error == 0)
		freeaddrinfo(found);
	answer->data = (uint8_t *)bytes.data;
	answer->size = bytes.size;
	return answer->good ? NAME_GOOD_MS : NAME_BAD_MS;
}
