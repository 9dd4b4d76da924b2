#include "foundation/decimal.h"

#include <string.h>

static unsigned decimal_size(uint64_t);

/* All numbers of two figures. */
static const char decimal_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536"
    "37383940414243444546474849505152535455565758596061626364656667686970717273"
    "7475767778798081828384858687888990919293949596979899";

char *
decimal_write(char *out, uint64_t number)
{
	char *end = out + decimal_size(number), *at = end;

	for (; number >= 100; number /= 100)
		(void)decimal_pair(at -= 2, (unsigned)(number % 100));
	if (number >= 10)
		(void)decimal_pair(at - 2, (unsigned)number);
	else
		at[-1] = (char)('0' + number);
	return end;
}

char *
decimal_pair(char *out, unsigned number)
{
	memcpy(out, decimal_pairs + (size_t)2 * number, 2);
	return out + 2;
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
