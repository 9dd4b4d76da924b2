#include "base/tls_hello.h"

#define RECORD_HEADER_SIZE  5 /* RFC 8446, section 5.1 */
#define RECORD_FRAGMENT_MAX (16 * 1024)
#define RECORD_HANDSHAKE    22
#define RECORD_TYPE_FIRST   20
#define RECORD_TYPE_LAST    23
#define MESSAGE_HEADER_SIZE 4 /* section 4 */

bool
tls_hello_is_whole(const uint8_t *data, size_t size)
{
	uint8_t header[MESSAGE_HEADER_SIZE] = { 0 };
	size_t at = 0, got = 0, length, i;

	for (;;) {
		if (size - at < RECORD_HEADER_SIZE)
			return size > at &&
			    (data[at] < RECORD_TYPE_FIRST ||
				data[at] > RECORD_TYPE_LAST);
		length = (size_t)data[at + 3] << 8 | data[at + 4];
		/* libssl reports the mistake. */
		if (data[at] < RECORD_TYPE_FIRST ||
		    data[at] > RECORD_TYPE_LAST || length == 0 ||
		    length > RECORD_FRAGMENT_MAX)
			return true;
		if (size - at - RECORD_HEADER_SIZE < length)
			return false;
		if (data[at] != RECORD_HANDSHAKE)
			return true;
		at += RECORD_HEADER_SIZE;
		for (i = 0; i < length && got + i < sizeof(header); i++)
			header[got + i] = data[at + i];
		at += length;
		got += length;
		if (got >= sizeof(header) &&
		    got - sizeof(header) >=
			((size_t)header[1] << 16 | (size_t)header[2] << 8 |
			    header[3]))
			return true;
	}
}
