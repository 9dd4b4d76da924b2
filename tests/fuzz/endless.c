/*
 * Tests the time limit of the fuzzers: sleeps for longer than the limit, which
 * must not count, and then never ends.
 */
#include <unistd.h>

#include "fuzz.h"

void
fuzz_input(const uint8_t *data, size_t size)
{
	static volatile int slept;
	unsigned left_s = 7;

	(void)data;
	(void)size;
	while (slept)
		;
	while (left_s > 0)
		left_s = sleep(left_s);
	slept = 1;
}
