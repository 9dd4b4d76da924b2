#include "foundation/decimal.h"

#include <stddef.h>

char *
decimal_write(char *out, uint64_t number)
{
	char *end = out + 1, *at;
	uint64_t rest;

	for (rest = number / 10; rest > 0; rest /= 10)
		end++;
	for (at = end; at > out; number /= 10)
		*--at = (char)('0' + number % 10);
	return end;
}
