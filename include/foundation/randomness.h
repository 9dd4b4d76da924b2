/*
 * Where random bytes come from, for modules that know no TLS library: all that
 * a peer gets to see, or what it sees is sealed with, comes from the library's
 * generator, which engines, providers and the user may replace. main hands it
 * in.
 */
#ifndef RANDOMNESS_H
#define RANDOMNESS_H

#include <stddef.h>

/* Both return 0, or -1 (reported): the bytes are then not to be used. */
struct randomness {
	int (*public_bytes)(void *, size_t);
	int (*secret_bytes)(void *, size_t); /* for keys */
};

#endif
