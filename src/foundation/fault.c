#include "foundation/fault.h"

#ifdef FAULTS
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"

static int fault_worker = -1;
static bool fault_stopped;

static const char *fault_action(const char *);
static void fault_stop(void);
static void fault_leak(void);

void
fault_set_worker(int worker)
{
	fault_worker = worker;
}

void
fault_point(const char *point)
{
	const char *action = fault_action(point);

	if (action == NULL || strncmp(action, "fail", 4) == 0)
		return;
	if (strncmp(action, "stop", 4) == 0)
		fault_stop();
	else if (strncmp(action, "kill", 4) == 0)
		kill(getpid(), SIGKILL);
	else if (strncmp(action, "leak", 4) == 0)
		fault_leak();
	else if (strncmp(action, "fatal", 5) == 0)
		fatalx("fault %s", point);
	else
		poll(NULL, 0, (int)strtol(action, NULL, 10));
}

bool
fault_fails(const char *point)
{
	const char *action = fault_action(point);

	if (action == NULL || strncmp(action, "fail", 4) != 0)
		return false;
	log_warnx("fault %s", point);
	return true;
}

/* Returns what to do at this point, or NULL for nothing. */
static const char *
fault_action(const char *point)
{
	const char *spec = getenv("S_SERVER_FAULT"), *action, *worker;
	size_t length = strlen(point);

	if (spec == NULL || strncmp(spec, point, length) != 0 ||
	    spec[length] != ':')
		return NULL;
	action = spec + length + 1;
	worker = strchr(action, ':');
	if (worker != NULL && strtol(worker + 1, NULL, 10) != fault_worker)
		return NULL;
	return action;
}

/* Stops only once: after SIGCONT the process is to go on. */
static void
fault_stop(void)
{
	if (fault_stopped)
		return;
	fault_stopped = true;
	kill(getpid(), SIGSTOP);
}

/* volatile, or compilers leave out memory that nobody reads. */
static void
fault_leak(void)
{
	void *volatile leaked = malloc(17);

	if (leaked != NULL)
		leaked = NULL;
}
#else
/* ISO C wants a declaration in every translation unit. */
typedef int fault_is_compiled_out;
#endif
