#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accept_quota.h"
#include "accept_turn.h"
#include "accept_watch.h"
#include "config.h"
#include "console.h"
#include "helper.h"
#include "listener.h"
#include "log.h"
#include "master.h"
#include "monotime.h"
#include "output.h"
#include "peer_claims.h"
#include "ready.h"
#include "relay.h"
#include "report.h"
#include "shared.h"
#include "signals.h"
#include "stats.h"
#include "ticket_rotation.h"
#include "title.h"

/* How long workers may take to end before they are killed. */
#define MASTER_QUIT_MS	500
#define MASTER_ABORT_MS 100
/* How long standard output may hold up the end. */
#define MASTER_OUTPUT_MS       2000
#define MASTER_OUTPUT_ABORT_MS 100

enum master_state {
	MASTER_STARTING, /* not every worker is ready yet */
	MASTER_RUNNING,
	MASTER_DRAINING, /* no new connections; what is open finishes */
	MASTER_QUITTING, /* every connection is being ended */
	MASTER_ABORTING, /* workers exit or are killed */
};

/* Of each worker: its control channel and those of its text. */
#define POLL_EACH (1 + TEXT_OUTLETS)

/* Fixed places in the array given to poll(2); those of the workers follow. */
enum {
	POLL_SIGNAL,
	POLL_CONSOLE,
	POLL_OUTPUT, /* one an outlet */
	POLL_OUTPUT_LAST = POLL_OUTPUT + TEXT_OUTLETS - 1,
	POLL_REPORT,
	POLL_LISTENER,
	POLL_HELPER,
	POLL_WORKERS = POLL_HELPER + HELPER_POLLFDS
};

struct master {
	const struct config *config;
	struct listener *listener;
	struct shared *shared;
	enum master_state state;
	struct process_table table;
	struct helper helper;
	struct output *output;
	struct console console;
	struct report report;
	struct reload reload;
	struct relay relay;
	struct pollfd *pollfds;
	int signal_fd;
	int ended_by; /* signal; 0: none */
	int status; /* exit status */
	bool summed_up; /* the final table is printed */
	struct ticket_rotation rotation;
	struct accept_watch watch;
	int64_t kill_ms; /* when workers that are left are killed; 0: never */
	unsigned char body[MESSAGE_BODY_MAX];
};

static int master_open(struct master *, const struct master_setup *);
static void master_close(struct master *);
static void master_loop(struct master *);
static bool master_goes_on(const struct master *);
static void master_sum_up(struct master *);
static int master_timeout(struct master *);
static void master_sooner(int64_t *, int64_t);
static nfds_t master_prepare(struct master *);
static void master_prepare_worker(
    const struct master *, const struct process *, struct pollfd *);
static void master_dispatch(struct master *);
static void master_signals(struct master *);
static void master_hup(struct master *);
static void master_end_in_order(struct master *);
static void master_children(struct master *);
static void master_child_died(struct master *, unsigned, pid_t, int);
static void master_give_up(struct master *);
static void master_control(struct master *, unsigned);
static void master_message(struct master *, unsigned, const struct message *);
static void master_ready(struct master *, unsigned);
static void master_console(struct master *, short);
static void master_send_unit(struct master *, uint16_t);
static void master_report_done(struct master *);
static void master_stop_listening(struct master *);
static void master_drain(struct master *);
static void master_quit(struct master *);
static void master_abort(struct master *, int);

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

static int
master_open(struct master *master, const struct master_setup *setup)
{
	struct process_table *table = &master->table;
	unsigned i, workers = master->config->workers;

	console_open(&master->console, master->config, master->shared->board);
	ticket_rotation_init(
	    &master->rotation, master->config, master->shared->ticket_keys);
	if (process_table_open(table, workers, setup->run, setup->arg) == -1 ||
	    report_open(&master->report, master->config, master->shared, table,
		master->output) == -1 ||
	    relay_open(&master->relay, table, master->output) == -1)
		return -1;
	reload_init(&master->reload, table, setup->prepare, setup->arg);
	accept_watch_init(
	    &master->watch, master->shared->turn, master->listener->fd);
	master->pollfds = calloc(
	    POLL_WORKERS + POLL_EACH * table->slots, sizeof(*master->pollfds));
	if (master->pollfds == NULL) {
		log_warn("cannot watch %u workers", workers);
		return -1;
	}
	if ((master->signal_fd = signals_open()) == -1)
		return -1;
	process_keep_fd(master->listener->fd);
	for (i = 0; i < table->slots; i++)
		process_keep_fd(accept_turn_fd(master->shared->turn, i));
	if (helper_open(&master->helper, setup->fetcher, setup->fetcher_arg,
		master->output) == -1)
		return -1;
	for (i = 0; i < workers; i++)
		if (process_spawn(table, i) == -1) {
			process_kill_all(table, SIGKILL);
			return -1;
		}
	title_master(master->config);
	master->status = 0;
	return 0;
}

static void
master_close(struct master *master)
{
	int patience_ms = master->state == MASTER_ABORTING
	    ? MASTER_OUTPUT_ABORT_MS
	    : MASTER_OUTPUT_MS;

	helper_close(&master->helper);
	output_finish(master->output, patience_ms);
	console_close(&master->console);
	report_close(&master->report, patience_ms);
	relay_close(&master->relay);
	process_table_close(&master->table);
	listener_close(master->listener);
	free(master->pollfds);
	if (master->signal_fd > 0)
		close(master->signal_fd);
}

static void
master_loop(struct master *master)
{
	nfds_t count;

	while (master_goes_on(master)) {
		count = master_prepare(master);
		if (poll(master->pollfds, count, master_timeout(master)) > 0)
			master_dispatch(master);
		master_report_done(master);
		if (master->state == MASTER_RUNNING) {
			accept_watch_run(&master->watch);
			reload_step(&master->reload, monotime_ms());
		}
		ticket_rotation_run(&master->rotation);
		if (master->kill_ms != 0 && monotime_ms() >= master->kill_ms) {
			process_kill_all(&master->table, SIGKILL);
			master->kill_ms = monotime_ms() + MASTER_QUIT_MS;
		}
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

/* Milliseconds until the next thing that no descriptor tells. */
static int
master_timeout(struct master *master)
{
	int64_t now_ms = monotime_ms(), next_ms = master->rotation.due_ms;
	int delay_ms = -1;

	if (master->state < MASTER_DRAINING)
		delay_ms = process_respawn(&master->table);
	if (delay_ms != -1)
		master_sooner(&next_ms, now_ms + delay_ms);
	if ((delay_ms = helper_respawn(&master->helper)) != -1)
		master_sooner(&next_ms, now_ms + delay_ms);
	if (master->report.active)
		master_sooner(&next_ms, master->report.deadline_ms);
	master_sooner(&next_ms, master->kill_ms);
	if (master->state == MASTER_RUNNING) {
		master_sooner(&next_ms, master->watch.due_ms);
		master_sooner(&next_ms, master->reload.deadline_ms);
	}
	if (master->console.retry_ms > now_ms)
		master_sooner(&next_ms, master->console.retry_ms);
	if (master->console.busy > 0 && master->console.patience_ms > now_ms)
		master_sooner(&next_ms, master->console.patience_ms);
	if (next_ms == INT64_MAX)
		return -1;
	if (next_ms - now_ms > INT_MAX)
		return INT_MAX;
	return next_ms <= now_ms ? 0 : (int)(next_ms - now_ms);
}

/* 0: no such time. */
static void
master_sooner(int64_t *next_ms, int64_t at_ms)
{
	if (at_ms != 0 && at_ms < *next_ms)
		*next_ms = at_ms;
}

static nfds_t
master_prepare(struct master *master)
{
	struct pollfd *pollfds = master->pollfds, none = { .fd = -1 };
	unsigned i;

	pollfds[POLL_SIGNAL] =
	    (struct pollfd){ .fd = master->signal_fd, .events = POLLIN };
	pollfds[POLL_CONSOLE] = none;
	if (master->state < MASTER_QUITTING && !master->report.active)
		pollfds[POLL_CONSOLE] = console_pollfd(&master->console);
	for (i = 0; i < TEXT_OUTLETS; i++)
		pollfds[POLL_OUTPUT + i] = output_pollfd(master->output, i);
	pollfds[POLL_REPORT] = report_pollfd(&master->report);
	pollfds[POLL_LISTENER] = none;
	if (master->state == MASTER_RUNNING)
		pollfds[POLL_LISTENER] = accept_watch_pollfd(&master->watch);
	helper_prepare(&master->helper, &pollfds[POLL_HELPER]);
	for (i = 0; i < master->table.slots; i++)
		master_prepare_worker(master, &master->table.slot[i],
		    &pollfds[POLL_WORKERS + POLL_EACH * i]);
	return POLL_WORKERS + POLL_EACH * master->table.slots;
}

static void
master_prepare_worker(const struct master *master,
    const struct process *process, struct pollfd *pollfds)
{
	unsigned i;

	pollfds[0] =
	    (struct pollfd){ .fd = process->control.fd, .events = POLLIN };
	if (channel_waiting(&process->control))
		pollfds[0].events |= POLLOUT;
	/* Full: the worker's channel fills up, and so it waits. */
	for (i = 0; i < TEXT_OUTLETS; i++)
		pollfds[1 + i] =
		    (struct pollfd){ .fd = output_full(master->output, i)
				? -1
				: process->text[i].fd,
			    .events = POLLIN };
}

static void
master_dispatch(struct master *master)
{
	struct pollfd *pollfds = master->pollfds, *each;
	unsigned i, outlet;

	if (pollfds[POLL_OUTPUT].revents != 0 ||
	    pollfds[POLL_OUTPUT_LAST].revents != 0)
		output_flush(master->output);
	if (pollfds[POLL_REPORT].revents != 0)
		report_flush(&master->report);
	if (helper_dispatch(&master->helper, &pollfds[POLL_HELPER]))
		process_nudge_all(&master->table, MESSAGE_FETCHED);
	for (i = 0; i < master->table.slots; i++) {
		each = &pollfds[POLL_WORKERS + POLL_EACH * i];
		for (outlet = 0; outlet < TEXT_OUTLETS; outlet++)
			if (each[1 + outlet].revents != 0)
				relay_read(&master->relay, i, outlet);
		if (each[0].revents & POLLOUT)
			channel_flush(&master->table.slot[i].control);
		if (each[0].revents & ~POLLOUT)
			master_control(master, i);
	}
	master_console(master, pollfds[POLL_CONSOLE].revents);
	if (pollfds[POLL_LISTENER].revents != 0)
		accept_watch_seen(&master->watch);
	if (pollfds[POLL_SIGNAL].revents != 0)
		master_signals(master);
}

static void
master_signals(struct master *master)
{
	int number;

	while ((number = signals_next(master->signal_fd)) != 0)
		switch (number) {
		case SIGCHLD:
			master_children(master);
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
			master_abort(master, number);
		}
}

/* From a terminal that is gone, or from somebody who renewed a file. */
static void
master_hup(struct master *master)
{
	if (console_hung_up(&master->console))
		master_abort(master, SIGHUP);
	else if (master->state < MASTER_DRAINING)
		reload_request(&master->reload);
	else
		log_warnx("HUP: nothing is reloaded any more");
}

/* QUIT: at first gently. */
static void
master_end_in_order(struct master *master)
{
	if (master->state < MASTER_DRAINING) {
		master_stop_listening(master);
		master_drain(master);
	} else if (master->state < MASTER_QUITTING) {
		master_quit(master);
	}
}

static void
master_children(struct master *master)
{
	bool expected = master->state > MASTER_DRAINING;
	int slot, status;
	pid_t pid;

	while ((pid = process_reap(&status)) != -1)
		if ((slot = process_slot(&master->table, pid)) != -1)
			master_child_died(master, (unsigned)slot, pid, status);
		else if (helper_reaped(
			     &master->helper, pid, status, expected) == -1)
			master_give_up(master);
}

static void
master_child_died(struct master *master, unsigned slot, pid_t pid, int status)
{
	bool respawn = master->state < MASTER_DRAINING &&
	    process_is_newest(&master->table, slot);
	bool expected = master->state > MASTER_DRAINING;
	unsigned number = process_number(&master->table, slot);

	/* What it said last still stands in its channels. */
	master_control(master, slot);
	relay_bury(&master->relay, slot);
	accept_turn_set_state(master->shared->turn, slot, ACCEPT_ABSENT);
	accept_quota_bury(master->shared->quota, slot);
	if (master->shared->claims != NULL)
		peer_claims_bury(master->shared->claims, slot);
	console_worker_died(&master->console, slot);
	report_answer(&master->report, slot, master->report.request);
	if (!expected &&
	    (respawn || WIFSIGNALED(status) || WEXITSTATUS(status) != 0))
		stats_bury(master->shared->stats, slot);
	if (!expected && WIFSIGNALED(status))
		log_warnx("worker %u (pid %ld) was killed by signal %d", number,
		    (long)pid, WTERMSIG(status));
	else if (respawn)
		log_warnx("worker %u (pid %ld) exited with status %d", number,
		    (long)pid, WEXITSTATUS(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		master->status = WEXITSTATUS(status);
	if (process_bury(&master->table, slot, respawn) == -1) {
		log_warnx("%d workers in a row died at once: giving up",
		    PROCESS_DEATHS_MAX);
		master_give_up(master);
	}
	if (accept_quota_exhausted(master->shared->quota) &&
	    master->state < MASTER_DRAINING) {
		master_stop_listening(master);
		master_drain(master);
	}
}

static void
master_give_up(struct master *master)
{
	master->status = 1;
	master_abort(master, 0);
}

static void
master_control(struct master *master, unsigned slot)
{
	struct channel *channel = &master->table.slot[slot].control;
	struct message message;

	while (channel_receive(channel, &message, master->body) == 1)
		master_message(master, slot, &message);
}

static void
master_message(
    struct master *master, unsigned slot, const struct message *message)
{
	switch ((enum message_type)message->type) {
	case MESSAGE_READY:
		master_ready(master, slot);
		break;
	case MESSAGE_OPENED:
		console_connected(&master->console, slot, message->id);
		if ((message->flags & MESSAGE_FLAG_HELD) &&
		    !console_is_for(&master->console, message->id))
			channel_say(&master->table.slot[slot].control,
			    MESSAGE_GO, message->id);
		break;
	case MESSAGE_CLOSED:
		console_disconnected(&master->console, message->id);
		break;
	case MESSAGE_UNIT_DONE:
		console_unit_done(&master->console, message->id);
		break;
	case MESSAGE_QUOTA_USED:
		if (master->state < MASTER_DRAINING) {
			master_stop_listening(master);
			master_drain(master);
		}
		break;
	case MESSAGE_STATS:
		report_answer(&master->report, slot, message->id);
		break;
	case MESSAGE_DRAINING:
		master->table.slot[slot].retired = true;
		break;
	case MESSAGE_FETCH:
		helper_nudge(&master->helper);
		break;
	default:
		log_warnx("worker %u sent message %u out of turn",
		    process_number(&master->table, slot), message->type);
	}
}

static void
master_ready(struct master *master, unsigned slot)
{
	process_said_ready(&master->table, slot);
	if (master->state != MASTER_STARTING ||
	    !process_all_ready(&master->table))
		return;
	master->state = MASTER_RUNNING;
	if (ready_announce(master->config, master->listener) == -1) {
		master->status = 1;
		master_abort(master, 0);
	}
}

static void
master_console(struct master *master, short revents)
{
	if (master->state >= MASTER_QUITTING || master->report.active)
		return;
	switch (console_readable(&master->console, revents)) {
	case CONSOLE_NOTHING:
		break;
	case CONSOLE_SEND:
		master_send_unit(master, 0);
		break;
	case CONSOLE_STATS:
		report_begin(&master->report, REPORT_COMMAND);
		break;
	case CONSOLE_QUIT:
		text_printf(TEXT_ERR, "shutdown accept socket\n");
		master_stop_listening(master);
		master->console.unit_size = 0;
		master_send_unit(master, MESSAGE_FLAG_QUIT);
		master_quit(master);
		break;
	case CONSOLE_HANGUP:
		master_abort(master, SIGHUP);
		break;
	}
}

static void
master_send_unit(struct master *master, uint16_t flags)
{
	struct console *console = &master->console;
	struct console_connection *connection;
	struct message message = { .type = MESSAGE_UNIT,
		.size = (uint32_t)console->unit_size,
		.flags = flags };

	for (connection = console_first(console); connection != NULL;
	     connection = console_next(console, connection)) {
		message.id = connection->id;
		console_send(console, connection);
		channel_send(&master->table.slot[connection->slot].control,
		    &message, console->unit);
	}
	console_sent(console);
}

static void
master_report_done(struct master *master)
{
	/* A unit that asked for the table is data as well. */
	if (report_finish(&master->report, monotime_ms()))
		master_console(master, 0);
}

static void
master_stop_listening(struct master *master)
{
	listener_stop(master->listener);
}

static void
master_drain(struct master *master)
{
	master->state = MASTER_DRAINING;
	reload_cancel(&master->reload);
	process_say_all(&master->table, MESSAGE_DRAIN);
}

static void
master_quit(struct master *master)
{
	master->state = MASTER_QUITTING;
	reload_cancel(&master->reload);
	master->kill_ms = monotime_ms() + MASTER_QUIT_MS;
	process_say_all(&master->table, MESSAGE_QUIT);
}

static void
master_abort(struct master *master, int signal)
{
	/* Another signal does not put off the end. */
	if (master->state == MASTER_ABORTING)
		return;
	master->ended_by = signal;
	master->state = MASTER_ABORTING;
	master->kill_ms = monotime_ms() + MASTER_ABORT_MS;
	listener_stop(master->listener);
	process_say_all(&master->table, MESSAGE_ABORT);
}
