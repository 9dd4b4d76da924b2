/*
 * The first bytes of a client. If they are a whole ClientHello, or wrong, the
 * verdict stays the same when more bytes follow.
 */
#include "base/tls_hello.h"
#include "fuzz.h"

/* The first two bytes say where the rest is divided. */
void
fuzz_input(const uint8_t *data, size_t size)
{
	size_t cut;
	uint8_t *all, *part;

	if (size < 2)
		return;
	cut = (size_t)data[0] << 8 | data[1];
	data += 2;
	size -= 2;
	if (cut > size)
		cut = size;
	all = fuzz_copy(data, size);
	part = fuzz_copy(data, cut);
	if (tls_hello_is_whole(part, cut))
		HOLDS(tls_hello_is_whole(all, size));
	free(all);
	free(part);
}
