#include <time.h>

#include "monotime.h"

int64_t
monotime_ms(void)
{
	return monotime_us() / 1000;
}

int64_t
monotime_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
