/*
 * The master's states: how one follows another, and what begins with it.
 */
#include "master/master_state.h"
#include "foundation/monotime.h"
#include "master/listener.h"
#include "master/ready.h"
#include "shared/accept_turn.h"
#include "shared/shared.h"

/* How long workers may take to end before they are killed. */
#define MASTER_QUIT_MS	500
#define MASTER_ABORT_MS 100

static void master_begin_running(struct master *);
static void master_begin_draining(struct master *);
static void master_begin_quitting(struct master *);
static void master_begin_aborting(struct master *);

/* What a state can follow, and what is done when it begins. */
static const struct {
	unsigned from;
	void (*begin)(struct master *);
} master_states[] = {
	[MASTER_STARTING] = { 0, NULL },
	[MASTER_RUNNING] = { MASTER_IN(MASTER_STARTING), master_begin_running },
	[MASTER_DRAINING] = { MASTER_IN(MASTER_STARTING) |
		MASTER_IN(MASTER_RUNNING),
	    master_begin_draining },
	[MASTER_QUITTING] = { MASTER_IN(MASTER_STARTING) |
		MASTER_IN(MASTER_RUNNING) | MASTER_IN(MASTER_DRAINING),
	    master_begin_quitting },
	[MASTER_ABORTING] = { MASTER_IN(MASTER_STARTING) |
		MASTER_IN(MASTER_RUNNING) | MASTER_IN(MASTER_DRAINING) |
		MASTER_IN(MASTER_QUITTING),
	    master_begin_aborting },
};

void
master_enter(struct master *master, enum master_state state)
{
	int i;

	if ((master_states[state].from & MASTER_IN(master->state)) == 0)
		return;
	if (master->state < MASTER_DRAINING && state >= MASTER_DRAINING) {
		if (master->listener->handed_in)
			accept_turn_end(master->shared->turn);
		listener_stop(master->listener);
		reload_cancel(&master->reload);
		master_notify_stopping(master, state);
	}
	master->state = state;
	sources_enter(&master->sources, MASTER_IN(state));
	for (i = 0; i < MASTER_CHILDREN; i++)
		if ((master->children[i].replaced & MASTER_IN(state)) == 0)
			pool_stop_replacing(&master->children[i].pool);
	master_states[state].begin(master);
}

void
master_end_by(struct master *master, int number)
{
	/* Another signal does not put off the end. */
	if (master->state == MASTER_ABORTING)
		return;
	master->ended_by = number;
	if (number == 0)
		master->status = 1;
	master_enter(master, MASTER_ABORTING);
}

/* No worker accepts before users were told that the server is ready. */
static void
master_begin_running(struct master *master)
{
	/* Who is told that the server is ready finds the line. */
	master_log_start(master);
	if (ready_announce(master->config, master->listener) == -1) {
		master_end_by(master, 0);
		return;
	}
	master_notify_ready(master);
	pool_say_ready(master->workers, MESSAGE_ACCEPT);
}

static void
master_begin_draining(struct master *master)
{
	pool_say_all(master->workers, MESSAGE_DRAIN);
}

static void
master_begin_quitting(struct master *master)
{
	master->kill_ms = monotime_ms() + MASTER_QUIT_MS;
	pool_say_all(master->workers, MESSAGE_QUIT);
}

static void
master_begin_aborting(struct master *master)
{
	master->kill_ms = monotime_ms() + MASTER_ABORT_MS;
	pool_say_all(master->workers, MESSAGE_ABORT);
}
