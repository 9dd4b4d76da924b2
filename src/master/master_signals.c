/*
 * Signals, which tell of deaths as well.
 */
#include <signal.h>

#include "foundation/log.h"
#include "foundation/signals.h"
#include "master/master_state.h"

static void master_prepare_signals(const void *, struct pollset *, int64_t);
static void master_signals(void *, unsigned, short);
static void master_hup(struct master *);
static void master_end_in_order(struct master *);

const struct source master_signals_source = {
	.prepare = master_prepare_signals,
	.dispatch = master_signals,
};

/* Logs are opened anew whether anything else can be or not. */
unsigned
master_reload(struct master *master)
{
	(void)master_reopen_log(master);
	return master->state < MASTER_DRAINING ? reload_request(&master->reload)
					       : 0;
}

static void
master_prepare_signals(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct master *master = self;

	(void)now_ms;
	pollset_add(set,
	    (struct pollfd){ .fd = master->signal_fd, .events = POLLIN }, 0);
}

static void
master_signals(void *self, unsigned key, short events)
{
	struct master *master = self;
	int number;

	(void)key, (void)events;
	while ((number = signals_next(master->signal_fd)) != 0)
		switch (number) {
		case SIGCHLD:
			master_reap_children(master);
			break;
		case SIGUSR1:
			if (!master->report.active)
				report_begin(&master->report, REPORT_SIGNAL);
			break;
		case SIGHUP:
			master_hup(master);
			break;
		case SIGQUIT:
			master_end_in_order(master);
			break;
		default:
			master_end_by(master, number);
		}
}

/* Sent because the terminal is gone, or because files are new. */
static void
master_hup(struct master *master)
{
	if (console_hung_up(&master->console))
		master_end_by(master, SIGHUP);
	else if (master_reload(master) == 0)
		log_warnx("HUP: nothing is reloaded any more");
}

/* QUIT: the first one drains, the second one ends all connections. */
static void
master_end_in_order(struct master *master)
{
	master_enter(master,
	    master->state < MASTER_DRAINING ? MASTER_DRAINING
					    : MASTER_QUITTING);
}
