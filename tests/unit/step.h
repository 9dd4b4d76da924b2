/*
 * A child that works one machine instruction at a time, so that a test can look
 * at the shared memory between any two of them.
 */
#ifndef STEP_H
#define STEP_H

#include <sys/ptrace.h>

#include <signal.h>

#include "unit.h"

/* Starts a child, which stops before it calls the function. */
static inline pid_t
step_child(void (*run)(void))
{
	pid_t pid = fork();
	int status;

	CHECK(pid != -1);
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1)
			_exit(2);
		raise(SIGSTOP);
		run();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	return pid;
}

/* Runs one machine instruction. Returns false if the child has ended. */
static inline bool
step_once(pid_t pid)
{
	int status;

	CHECK(ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status)) {
		CHECK(WEXITSTATUS(status) == 0);
		return false;
	}
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
	return true;
}

static inline void
step_kill(pid_t pid)
{
	int status;

	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
}

/*
 * Returns NULL if children can be stepped and the code is that of a normal
 * build; otherwise the reason to skip the test.
 */
static inline const char *
step_reason_to_skip(void)
{
	int status;
	pid_t pid;

#if defined(SANITIZE)
	return "with sanitizers most instructions are theirs";
#elif !defined(__x86_64__)
	return "only tried on x86-64";
#endif
	pid = fork();
	CHECK(pid != -1);
	if (pid == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1);
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status) == 0 ? NULL : "no child can be traced here";
}

#endif
