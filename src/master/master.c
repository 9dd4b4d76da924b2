#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/signals.h"
#include "master/listener.h"
#include "master/master.h"
#include "master/master_state.h"
#include "master/output.h"
#include "master/ready.h"
#include "shared/accept_turn.h"
#include "shared/fetch_board.h"
#include "shared/shared.h"

/* How long workers may take to end before they are killed. */
#define MASTER_QUIT_MS	500
#define MASTER_ABORT_MS 100
/* How long standard output may hold up the end. */
#define MASTER_OUTPUT_MS       2000
#define MASTER_OUTPUT_ABORT_MS 100

#define FROM(state) (1U << (state))

static int master_open(struct master *, const struct master_setup *);
static void
master_keep_descriptors(struct master *, const struct master_setup *);
static int master_fetches_fd(const struct master *);
static int master_spawn_all(struct master *);
static void master_close(struct master *);
static void master_loop(struct master *);
static bool master_goes_on(const struct master *);
static void master_sum_up(struct master *);
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
	[MASTER_RUNNING] = { FROM(MASTER_STARTING), master_begin_running },
	[MASTER_DRAINING] = { FROM(MASTER_STARTING) | FROM(MASTER_RUNNING),
	    master_begin_draining },
	[MASTER_QUITTING] = { FROM(MASTER_STARTING) | FROM(MASTER_RUNNING) |
		FROM(MASTER_DRAINING),
	    master_begin_quitting },
	[MASTER_ABORTING] = { FROM(MASTER_STARTING) | FROM(MASTER_RUNNING) |
		FROM(MASTER_DRAINING) | FROM(MASTER_QUITTING),
	    master_begin_aborting },
};

int
master_run(const struct master_setup *setup)
{
	struct master *master;
	int status, ended_by;

	if ((master = calloc(1, sizeof(*master))) == NULL)
		fatalx("out of memory");
	master->config = setup->config;
	master->output = setup->output;
	master->listener = setup->listener;
	master->shared = setup->shared;
	master->close_logs = setup->close_logs;
	master->status = 1;
	if (master_open(master, setup) == 0)
		master_loop(master);
	master_close(master);
	status = master->status;
	ended_by = master->ended_by;
	free(master);
	if (ended_by != 0)
		signals_die(ended_by);
	return status;
}

void
master_enter(struct master *master, enum master_state state)
{
	if ((master_states[state].from & FROM(master->state)) == 0)
		return;
	if (master->state < MASTER_DRAINING && state >= MASTER_DRAINING) {
		listener_stop(master->listener);
		reload_cancel(&master->reload);
	}
	master->state = state;
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

static int
master_open(struct master *master, const struct master_setup *setup)
{
	struct process_table *table = &master->table;
	unsigned workers = master->config->workers;

	pollset_init(&master->pollset);
	console_open(&master->console, master->config, master->shared->board);
	ticket_rotation_init(&master->rotation, master->config,
	    master->shared->ticket_keys, setup->randomness);
	if (process_table_open(
		table, PARTY_WORKER, workers, setup->run, setup->arg) == -1 ||
	    report_open(&master->report, master->config, master->shared, table,
		master->output) == -1 ||
	    relay_open(&master->relay, table, master->output) == -1)
		return -1;
	reload_init(&master->reload, table, setup->prepare, setup->arg);
	accept_watch_init(
	    &master->watch, master->shared->turn, master->listener->fd);
	master->worker_places =
	    calloc(table->slots, sizeof(*master->worker_places));
	if (master->worker_places == NULL) {
		log_warn("cannot watch %u workers", workers);
		return -1;
	}
	if ((master->signal_fd = signals_open()) == -1)
		return -1;
	master_keep_descriptors(master, setup);
	if (helper_open(&master->helper, setup->fetcher, setup->fetcher_arg,
		master_fetches_fd(master), master->output) == -1 ||
	    master_spawn_all(master) == -1)
		return -1;
	master->status = 0;
	return 0;
}

static void
master_keep_descriptors(struct master *master, const struct master_setup *setup)
{
	struct process_table *table = &master->table;
	unsigned i;

	process_keep_fd(table, setup->keylog_fd);
	process_keep_fd(table, setup->messages_fd);
	process_keep_fd(table, master->listener->fd);
	process_keep_fd(table, master_fetches_fd(master));
	for (i = 0; i < table->slots; i++)
		process_keep_fd(table, accept_turn_fd(master->shared->turn, i));
}

/* -1: nothing is ever fetched. */
static int
master_fetches_fd(const struct master *master)
{
	const struct fetch_board *board = master->shared->fetches;

	return board == NULL ? -1 : fetch_board_fd(board);
}

static int
master_spawn_all(struct master *master)
{
	unsigned i;

	for (i = 0; i < master->config->workers; i++)
		if (process_spawn(&master->table, i) == -1) {
			process_kill_all(&master->table, SIGKILL);
			return -1;
		}
	return 0;
}

static void
master_close(struct master *master)
{
	int patience_ms = master->state == MASTER_ABORTING
	    ? MASTER_OUTPUT_ABORT_MS
	    : MASTER_OUTPUT_MS;

	helper_close(&master->helper);
	report_close(&master->report, patience_ms);
	master->close_logs();
	output_finish(master->output, patience_ms);
	console_close(&master->console);
	relay_close(&master->relay);
	process_table_close(&master->table);
	listener_close(master->listener);
	pollset_close(&master->pollset);
	free(master->worker_places);
	if (master->signal_fd > 0)
		close(master->signal_fd);
}

static void
master_loop(struct master *master)
{
	int64_t now_ms;

	while (master_goes_on(master)) {
		/* One clock for both, or what is due in between is missed. */
		now_ms = monotime_ms();
		master_prepare(master, now_ms);
		pollset_wait(&master->pollset,
		    monotime_left(now_ms, master_due_ms(master, now_ms)));
		master_dispatch(master);
		master_act(master, monotime_ms());
		master_sum_up(master);
	}
	if (!master->summed_up)
		report_end(&master->report, true);
}

/* At an orderly end a slow reader of our text gets all of it. */
static bool
master_goes_on(const struct master *master)
{
	return process_alive(&master->table) > 0 ||
	    master->state < MASTER_DRAINING ||
	    (master->state == MASTER_DRAINING && output_waits(master->output));
}

/* The table is the last word, when the workers have said theirs. */
static void
master_sum_up(struct master *master)
{
	if (process_alive(&master->table) > 0 || master->summed_up ||
	    master->state < MASTER_DRAINING ||
	    master->state == MASTER_ABORTING || master->status != 0)
		return;
	report_end(&master->report, false);
	master->summed_up = true;
}

/* Nobody is served before the world was told, and so nothing is said before. */
static void
master_begin_running(struct master *master)
{
	if (ready_announce(master->config, master->listener) == -1)
		master_end_by(master, 0);
	else
		process_say_ready(&master->table, MESSAGE_ACCEPT);
}

static void
master_begin_draining(struct master *master)
{
	process_say_all(&master->table, MESSAGE_DRAIN);
}

static void
master_begin_quitting(struct master *master)
{
	master->kill_ms = monotime_ms() + MASTER_QUIT_MS;
	process_say_all(&master->table, MESSAGE_QUIT);
}

static void
master_begin_aborting(struct master *master)
{
	master->kill_ms = monotime_ms() + MASTER_ABORT_MS;
	process_say_all(&master->table, MESSAGE_ABORT);
}
