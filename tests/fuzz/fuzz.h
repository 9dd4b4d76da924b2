/*
 * What the fuzzers share. libFuzzer gives fuzz_input() bytes that it changes
 * at random, keeping those that reach new code; it exits when a sanitizer or a
 * HOLDS() complains, and when an input takes too long (entry.c).
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each fuzzer's own. */
void fuzz_input(const uint8_t *data, size_t size);

#define HOLDS(condition)                                                 \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
			    __LINE__, #condition);                       \
			abort();                                         \
		}                                                        \
	} while (0)

/* An allocation of exactly this size, so that no read beyond it is missed. */
static inline void *
fuzz_copy(const void *data, size_t size)
{
	void *copy = malloc(size > 0 ? size : 1);

	HOLDS(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

#endif
