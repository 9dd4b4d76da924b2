/*
 * What the master does because it is time. Whatever acts here has a twin in
 * master_due_ms, which only computes.
 */
#include <signal.h>

#include "foundation/monotime.h"
#include "master/master_state.h"
#include "master/output.h"

/* Whoever was killed in vain is killed again. */
#define MASTER_KILL_AGAIN_MS 500

static void master_report(struct master *, int64_t);
static void master_kill(struct master *, int64_t);

void
master_act(struct master *master, int64_t now_ms)
{
	output_act(master->output, now_ms);
	report_act(&master->report, now_ms);
	master_report(master, now_ms);
	if (master->state < MASTER_DRAINING)
		process_tend(&master->table, now_ms);
	helper_tend(&master->helper, now_ms);
	if (master->state == MASTER_STARTING &&
	    process_can_serve(&master->table))
		master_enter(master, MASTER_RUNNING);
	if (master->state == MASTER_RUNNING) {
		accept_watch_run(&master->watch);
		reload_step(&master->reload, now_ms);
	}
	ticket_rotation_run(&master->rotation);
	master_kill(master, now_ms);
}

int64_t
master_due_ms(const struct master *master, int64_t now_ms)
{
	int64_t due_ms = master->rotation.due_ms;

	due_ms = monotime_sooner(due_ms, output_due_ms(master->output));
	due_ms = monotime_sooner(due_ms, helper_due_ms(&master->helper));
	due_ms = monotime_sooner(due_ms, master->kill_ms);
	due_ms =
	    monotime_sooner(due_ms, console_due_ms(&master->console, now_ms));
	due_ms = monotime_sooner(due_ms, report_due_ms(&master->report));
	if (master->state < MASTER_DRAINING)
		due_ms =
		    monotime_sooner(due_ms, process_due_ms(&master->table));
	if (master->state == MASTER_RUNNING) {
		due_ms = monotime_sooner(due_ms, master->watch.due_ms);
		due_ms = monotime_sooner(due_ms, master->reload.deadline_ms);
	}
	return due_ms;
}

/* A unit that asked for the table is data as well. */
static void
master_report(struct master *master, int64_t now_ms)
{
	if (report_finish(&master->report, now_ms))
		master_console(master, 0);
}

static void
master_kill(struct master *master, int64_t now_ms)
{
	if (master->kill_ms == 0 || now_ms < master->kill_ms)
		return;
	process_kill_all(&master->table, SIGKILL);
	master->kill_ms = now_ms + MASTER_KILL_AGAIN_MS;
}
