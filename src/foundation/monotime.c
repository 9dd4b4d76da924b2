#include <limits.h>
#include <time.h>

#include "foundation/monotime.h"

static int64_t clock_us(clockid_t);

int64_t
monotime_ms(void)
{
	return monotime_us() / 1000;
}

int64_t
monotime_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

int64_t
walltime_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t
monotime_sooner(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

int
monotime_left(int64_t now_ms, int64_t due_ms)
{
	if (due_ms == 0)
		return -1;
	if (due_ms <= now_ms)
		return 0;
	return due_ms - now_ms > INT_MAX ? INT_MAX : (int)(due_ms - now_ms);
}

static int64_t
clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
