#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/signals.h"

/* Signals that mean the same here as in any program. */
static const int signals_usual[] = { SIGINT, SIGTERM };
/* Signals that have a meaning of our own. */
static const int signals_ours[] = { SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD };
static const int signals_of_writing[] = { SIGPIPE, SIGXFSZ };
static const int signals_of_terminal[] = { SIGTTIN, SIGTTOU };
static const int signals_not_for_workers[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP,
	SIGUSR1, SIGTSTP };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void signals_set(const int *, size_t, void (*)(int));

void
signals_ignore_of_writing(void)
{
	signals_set(signals_of_writing, COUNT(signals_of_writing), SIG_IGN);
}

int
signals_open(void)
{
	sigset_t set;
	size_t i;
	int fd;

	sigemptyset(&set);
	/* A blocked signal is read here even if it is ignored. */
	for (i = 0; i < COUNT(signals_usual); i++)
		if (!signals_is_ignored(signals_usual[i]))
			sigaddset(&set, signals_usual[i]);
	for (i = 0; i < COUNT(signals_ours); i++)
		sigaddset(&set, signals_ours[i]);
	signals_set(signals_of_terminal, COUNT(signals_of_terminal), SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1 ||
	    (fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) == -1) {
		log_warn("cannot read signals");
		return -1;
	}
	/* A parent may have left it ignored; then no death would be told. */
	signal(SIGCHLD, SIG_DFL);
	return fd;
}

int
signals_next(int fd)
{
	struct signalfd_siginfo info;

	/* A signal of the terminal comes from the kernel, others by kill(2). */
	do {
		if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
			return 0;
	} while (info.ssi_code == SI_KERNEL &&
	    signals_is_ignored((int)info.ssi_signo));
	return (int)info.ssi_signo;
}

bool
signals_is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN;
}

void
signals_in_worker(void)
{
	sigset_t none;

	signals_set(
	    signals_not_for_workers, COUNT(signals_not_for_workers), SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
signals_die(int number)
{
	sigset_t set;

	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + number);
}

static void
signals_set(const int *numbers, size_t count, void (*disposition)(int))
{
	size_t i;

	for (i = 0; i < count; i++)
		signal(numbers[i], disposition);
}
