#include <string.h>

#include "foundation/textbuf.h"
#include "shared/fetch_request.h"

/* Precedes the strings and bytes of an encoded request. */
struct fetch_head {
	uint8_t kind, use_tls, once, unused;
	uint32_t body_size, issuer_size;
};

void
fetch_request_encode(const struct fetch_request *request, struct textbuf *bytes)
{
	struct fetch_head head = {
		.kind = (uint8_t)request->kind,
		.use_tls = request->use_tls,
		.once = request->once,
		.body_size = (uint32_t)request->body_size,
		.issuer_size = (uint32_t)request->issuer_size,
	};

	textbuf_append(bytes, &head, sizeof(head));
	textbuf_append(bytes, request->host, strlen(request->host) + 1);
	textbuf_append(bytes, request->port, strlen(request->port) + 1);
	textbuf_append(bytes, request->path, strlen(request->path) + 1);
	textbuf_append(bytes, request->body, request->body_size);
	textbuf_append(bytes, request->issuer, request->issuer_size);
}

bool
fetch_request_decode(
    struct fetch_request *request, const void *bytes, size_t size)
{
	struct fetch_head head;
	const char *at = bytes, *end = at + size,
		   **string[] = { &request->host, &request->port,
			   &request->path };
	size_t i;

	if (size < sizeof(head))
		return false;
	memcpy(&head, at, sizeof(head));
	at += sizeof(head);
	for (i = 0; i < sizeof(string) / sizeof(string[0]); i++) {
		*string[i] = at;
		if ((at = memchr(at, '\0', (size_t)(end - at))) == NULL)
			return false;
		at++;
	}
	request->kind = head.kind;
	request->use_tls = head.use_tls != 0;
	request->once = head.once != 0;
	request->body = (const uint8_t *)at;
	request->body_size = head.body_size;
	request->issuer = request->body + head.body_size;
	request->issuer_size = head.issuer_size;
	return (size_t)(end - at) == request->body_size + request->issuer_size;
}
