/*
 * Faults on purpose, for tests only: compiled in with make FAULTS=1, nothing
 * otherwise. The environment variable S_SERVER_FAULT holds
 *
 *	POINT:ACTION[:WORKER]
 *
 * where ACTION is stop (SIGSTOP, once in each process), kill (SIGKILL), leak
 * (lose an allocation), fatal (call fatalx), fail (the next step fails, at a
 * point that calls fault_fails) or a number of milliseconds to sleep. With
 * WORKER only that worker does it.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

#ifdef FAULTS
void fault_set_worker(int worker);
void fault_point(const char *point);
/* A point that can fail. Returns true (reported) if it has to. */
bool fault_fails(const char *point);
#define fault_point_if(condition, point)    \
	do {                                \
		if (condition)              \
			fault_point(point); \
	} while (0)
#else
#define fault_set_worker(worker)	 ((void)(worker))
#define fault_point(point)		 ((void)0)
#define fault_fails(point)		 (false)
#define fault_point_if(condition, point) ((void)0)
#endif

#endif
