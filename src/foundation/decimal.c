#include "foundation/decimal.h"

#include <stddef.h>

char *
decimal_write(char *out, uint64_t number)
{
	char figures[DECIMAL_MAX];
	size_t n = sizeof(figures);

	do {
		figures[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	while (n < sizeof(figures))
		*out++ = figures[n++];
	return out;
}
