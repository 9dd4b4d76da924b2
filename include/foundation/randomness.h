/*
 * The source of random bytes for modules that know no TLS library. main hands
 * in the generator of the library, which engines, providers and the user may
 * replace. All random bytes that a peer can see come from it, and all keys.
 */
#ifndef RANDOMNESS_H
#define RANDOMNESS_H

#include <stddef.h>

/* Both return 0, or -1 (reported): then the bytes must not be used. */
struct randomness {
	int (*public_bytes)(void *, size_t);
	int (*secret_bytes)(void *, size_t); /* for keys */
};

#endif
