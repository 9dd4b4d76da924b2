/*
 * Shared by all fuzzers. libFuzzer calls fuzz_input() with bytes that it
 * changes at random, and keeps bytes that reach new code. It exits when a
 * sanitizer or a HOLDS() reports a fault, and when an input takes too long
 * (entry.c).
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each fuzzer defines this function. */
void fuzz_input(const uint8_t *data, size_t size);

#define HOLDS(condition)                                                 \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
			    __LINE__, #condition);                       \
			abort();                                         \
		}                                                        \
	} while (0)

/* Copies into an allocation of this size: a read beyond it is noticed. */
static inline void *
fuzz_copy(const void *data, size_t size)
{
	void *copy = calloc(1, size > 0 ? size : 1);

	HOLDS(copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	return copy;
}

#endif
