#include <sys/prctl.h>
#include <sys/socket.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/orphan.h"
#include "foundation/log.h"

/* Globals, because a signal handler has no argument. */
static int orphan_listener = -1;
static bool orphan_shuts_down;
static pid_t orphan_master;

static void orphan_on_signal(int);

/* Before this prctl, the master's death kills this process: see process.c. */
void
orphan_init(int listener_fd, bool handed_in)
{
	struct sigaction action;

	orphan_listener = listener_fd;
	orphan_shuts_down = !handed_in;
	orphan_master = getppid();
	memset(&action, 0, sizeof(action));
	action.sa_handler = orphan_on_signal;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGCONT, &action, NULL) == -1 ||
	    prctl(PR_SET_PDEATHSIG, SIGCONT) == -1)
		fatal("cannot watch the master");
}

/* Also called whenever a stopped worker is continued. */
static void
orphan_on_signal(int number)
{
	(void)number;
	if (getppid() == orphan_master)
		return;
	if (orphan_shuts_down)
		shutdown(orphan_listener, SHUT_RDWR);
	close(orphan_listener);
	_exit(1);
}
