#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "foundation/signals.h"
#include "master/control_socket.h"
#include "master/listener.h"
#include "master/master.h"
#include "master/master_state.h"
#include "master/pid_file.h"
#include "master/printer.h"
#include "master/record_file.h"
#include "shared/shared.h"

/* A worker that outlives a kill is killed again after this time. */
#define MASTER_KILL_AGAIN_MS 500
/* How long a slow reader of standard output may put off the end. */
#define MASTER_OUTPUT_MS       2000
#define MASTER_OUTPUT_ABORT_MS 100

static int master_open(struct master *, const struct master_setup *);
static void master_add_sources(struct master *);
static void master_close(struct master *);
static bool master_goes_on(const struct master *);
static int64_t master_due_ms(const void *, int64_t);
static void master_act(void *, int64_t);
static void master_sum_up(struct master *);

/* The master's own row: its state, as time goes on. */
static const struct source master_source = {
	.due_ms = master_due_ms,
	.act = master_act,
};

int
master_run(const struct master_setup *setup)
{
	struct master *master;
	int status, ended_by;

	if ((master = calloc(1, sizeof(*master))) == NULL)
		fatalx("out of memory");
	master->config = setup->config;
	master->printer = setup->printer;
	master->listener = setup->listener;
	master->pid_file = setup->pid_file;
	master->shared = setup->shared;
	master->log = setup->log;
	master->library = setup->library;
	master->close_logs = setup->close_logs;
	master->status = 1;
	if (master_open(master, setup) == 0) {
		while (master_goes_on(master)) {
			sources_turn(&master->sources);
			master_sum_up(master);
		}
		if (!master->summed_up)
			report_end(&master->report, true);
		master_log_end(master);
	}
	master_close(master);
	status = master->status;
	ended_by = master->ended_by;
	free(master);
	if (ended_by != 0)
		signals_die(ended_by);
	return status;
}

static int
master_open(struct master *master, const struct master_setup *setup)
{
	struct shared *shared = master->shared;

	control_open(&master->control, setup->control, master);
	notify_open(&master->notify, &master->config->activation);
	master->workers = &master->children[MASTER_WORKER].pool;
	master->fetcher = &master->children[MASTER_FETCHER].pool;
	sources_open(&master->sources, MASTER_IN(MASTER_STARTING));
	console_open(&master->console, master->config, shared->board);
	ticket_rotation_init(&master->rotation, master->config,
	    shared->ticket_keys, setup->randomness);
	ticket_rotation_hear_by(&master->rotation, master_log_rotation, master);
	accept_watch_init(&master->watch, shared->turn, master->listener->fd);
	if (master_open_children(master, setup) == -1 ||
	    census_open(&master->census, master->workers) == -1 ||
	    report_open(&master->report, master->config, shared,
		&master->census, master->printer) == -1)
		return -1;
	progress_open(&master->progress, master->config->progress,
	    shared->stats, master->printer);
	reload_init(&master->reload, master->workers, setup->prepare,
	    setup->prepare_arg);
	reload_hear_by(&master->reload, master_notify_reload, master);
	if ((master->signal_fd = signals_open()) == -1)
		return -1;
	master_add_sources(master);
	if (pool_start(master->fetcher) == -1 ||
	    pool_start(master->workers) == -1)
		return -1;
	master->status = 0;
	return 0;
}

/*
 * Signals come last, and with them deaths: what a child has said before it died
 * is heard first.
 */
static void
master_add_sources(struct master *master)
{
	const unsigned running = MASTER_IN(MASTER_RUNNING),
		       served = running | MASTER_IN(MASTER_DRAINING),
		       always = ~0U;
	struct sources *table = &master->sources;
	struct children *child = master->children;

	sources_add(table, &printer_source, master->printer, always);
	sources_add(table, &census_source, &master->census, always);
	sources_add(table, &report_source, &master->report, always);
	sources_add(table, &record_file_source, master->log, always);
	sources_add(table, &children_source, &child[MASTER_FETCHER], always);
	sources_add(table, &children_source, &child[MASTER_WORKER], always);
	sources_add(table, &master_console_source, master, served);
	sources_add(table, &master_source, master, always);
	sources_add(table, &accept_watch_source, &master->watch, running);
	sources_add(table, &reload_source, &master->reload, running);
	if (master->progress.next_ms != 0)
		sources_add(table, &progress_source, &master->progress, served);
	sources_add(table, &notify_source, &master->notify, always);
	if (master->config->control != NULL)
		sources_add(table, &control_source, &master->control, always);
	sources_add(table, &ticket_rotation_source, &master->rotation, always);
	sources_add(table, &master_signals_source, master, always);
}

static void
master_close(struct master *master)
{
	int patience_ms = master->state == MASTER_ABORTING
	    ? MASTER_OUTPUT_ABORT_MS
	    : MASTER_OUTPUT_MS;

	master_close_children(master);
	control_close(&master->control);
	report_close(&master->report, patience_ms);
	census_close(&master->census);
	record_file_close(master->log, patience_ms);
	master->close_logs();
	progress_close(&master->progress);
	printer_finish(master->printer, patience_ms);
	console_close(&master->console);
	listener_close(master->listener);
	control_socket_close(master->control.socket);
	pid_file_remove(master->pid_file);
	notify_close(&master->notify);
	sources_close(&master->sources);
	if (master->signal_fd > 0)
		close(master->signal_fd);
}

/* At an orderly end a slow reader gets all text. */
static bool
master_goes_on(const struct master *master)
{
	return pool_alive(master->workers) > 0 ||
	    master->state < MASTER_DRAINING ||
	    (master->state == MASTER_DRAINING &&
		printer_waits(master->printer));
}

static int64_t
master_due_ms(const void *self, int64_t now_ms)
{
	const struct master *master = self;

	(void)now_ms;
	return master->kill_ms;
}

static void
master_act(void *self, int64_t now_ms)
{
	struct master *master = self;

	if (master->state == MASTER_STARTING &&
	    pool_can_serve(master->workers, pool_all(master->workers)))
		master_enter(master, MASTER_RUNNING);
	if (master->kill_ms != 0 && now_ms >= master->kill_ms) {
		pool_kill_all(master->workers, SIGKILL);
		master->kill_ms = now_ms + MASTER_KILL_AGAIN_MS;
	}
}

/* When all workers are gone, the final table is printed. */
static void
master_sum_up(struct master *master)
{
	if (pool_alive(master->workers) > 0 || master->summed_up ||
	    master->state < MASTER_DRAINING ||
	    master->state == MASTER_ABORTING || master->status != 0)
		return;
	report_end(&master->report, false);
	master->summed_up = true;
}
