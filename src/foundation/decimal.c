#include "foundation/decimal.h"

static unsigned decimal_size(uint64_t);

char *
decimal_write(char *out, uint64_t number)
{
	char *end = out + decimal_size(number), *at = end;
	unsigned pair;

	for (; number >= 100; number /= 100) {
		pair = (unsigned)(number % 100);
		*--at = (char)('0' + pair % 10);
		*--at = (char)('0' + pair / 10);
	}
	*--at = (char)('0' + number % 10);
	if (number >= 10)
		*--at = (char)('0' + number / 10);
	return end;
}

/* How many figures it has. */
static unsigned
decimal_size(uint64_t number)
{
	uint64_t power = 10;
	unsigned size = 1;

	for (; size < DECIMAL_MAX && number >= power; power *= 10)
		size++;
	return size;
}
