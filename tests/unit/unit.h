/*
 * What a unit test needs: UNIT_RUN(function) prints a TAP line when the
 * function returns; CHECK(condition) ends the process if the condition is
 * false. Children end with _exit; if a check fails in a child, unit_reap
 * returns false.
 */
#ifndef UNIT_H
#define UNIT_H

#include <sys/mman.h>
#include <sys/wait.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHECK(condition)                                                 \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
			    __LINE__, #condition);                       \
			_exit(1);                                        \
		}                                                        \
	} while (0)

#define UNIT_RUN(function) unit_run(function, #function)

static int unit_tests;

static inline void
unit_run(void (*function)(void), const char *name)
{
	function();
	printf("ok %d - %s\n", ++unit_tests, name);
	fflush(stdout);
}

static inline int
unit_end(void)
{
	printf("1..%d\n", unit_tests);
	return 0;
}

/* Returns the n-th argument as a number, or the default without it. */
static inline uint64_t
unit_number(int argc, char *argv[], int n, uint64_t otherwise)
{
	return n < argc ? strtoull(argv[n], NULL, 0) : otherwise;
}

static inline void *
unit_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	return memory;
}

/* Starts a child that runs function(arg). */
static inline pid_t
unit_fork(void (*function)(void *), void *arg)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid != -1);
	if (pid == 0) {
		function(arg);
		_exit(0);
	}
	return pid;
}

/* Waits for the child's end. Returns true if its exit status is 0. */
static inline bool
unit_reap(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline double
unit_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Returns the same numbers for the same seed (splitmix64). */
static inline uint64_t
unit_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint64_t
unit_below(uint64_t *state, uint64_t n)
{
	return unit_random(state) % n;
}

#endif
