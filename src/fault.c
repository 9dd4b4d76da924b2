#include "fault.h"

#ifdef FAULTS
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fault_worker = -1;

void
fault_set_worker(int worker)
{
	fault_worker = worker;
}

void
fault_point(const char *point)
{
	const char *spec = getenv("S_SERVER_FAULT"), *action, *worker;
	size_t length = strlen(point);

	if (spec == NULL || strncmp(spec, point, length) != 0 ||
	    spec[length] != ':')
		return;
	action = spec + length + 1;
	worker = strchr(action, ':');
	if (worker != NULL && strtol(worker + 1, NULL, 10) != fault_worker)
		return;
	if (strncmp(action, "stop", 4) == 0)
		kill(getpid(), SIGSTOP);
	else if (strncmp(action, "kill", 4) == 0)
		kill(getpid(), SIGKILL);
	else if (strncmp(action, "leak", 4) == 0)
		memset(malloc(17), 1, 17);
	else
		poll(NULL, 0, (int)strtol(action, NULL, 10));
}
#else
/* ISO C wants a declaration in every translation unit. */
typedef int fault_is_compiled_out;
#endif
