#include "link/moments.h"

#include <string.h>

#include "foundation/monotime.h"
#include "text/ssl_events.h"

/* The headers of handshake messages: RFC 8446, section 4; RFC 6347, 4.2.2. */
#define MOMENTS_HEADER	    4
#define MOMENTS_HEADER_DTLS 12

static bool moments_is_retry(const struct ssl_message *, bool);

void
moments_hear(
    struct moments *moments, const struct ssl_message *message, bool datagrams)
{
	const uint8_t *data = message->data;

	switch (data[0]) {
	case SSL3_MT_CLIENT_HELLO:
		if (moments->hello_us == 0)
			moments->hello_us = monotime_us();
		/* libssl has read both in one call. */
		if (moments->first_byte_us == 0)
			moments->first_byte_us = moments->hello_us;
		break;
	case SSL3_MT_SERVER_HELLO:
		if (moments_is_retry(message, datagrams))
			moments->hello_retry = true;
		break;
	case SSL3_MT_KEY_UPDATE:
		if (message->is_write)
			moments->key_updates_out++;
		else
			moments->key_updates_in++;
		break;
	}
}

/* A ServerHello with this random value is one (RFC 8446, section 4.1.3). */
static bool
moments_is_retry(const struct ssl_message *message, bool datagrams)
{
	static const uint8_t retry[] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a,
		0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
		0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e,
		0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	const uint8_t *data = message->data;
	size_t header = datagrams ? MOMENTS_HEADER_DTLS : MOMENTS_HEADER;
	size_t at = header + 2; /* legacy_version */

	return message->is_write && message->size >= at + sizeof(retry) &&
	    memcmp(data + at, retry, sizeof(retry)) == 0;
}
