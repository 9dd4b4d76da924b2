/*
 * Faults on purpose, for tests only: compiled in with make FAULTS=1, nothing
 * otherwise. The environment variable S_SERVER_FAULT holds
 *
 *	POINT:ACTION[:WORKER]
 *
 * where ACTION is stop (SIGSTOP, once a process), kill (SIGKILL), leak (lose an
 * allocation), fatal (call fatalx), fail (what comes next fails, where the
 * point says so) or a number of milliseconds to sleep, and WORKER limits it to
 * one worker.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>

#ifdef FAULTS
void fault_set_worker(int worker);
void fault_point(const char *point);
/* A point that knows the action fail: true (reported) if it is to fail. */
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
