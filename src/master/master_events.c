/*
 * What happens to the master: signals, deaths, messages of workers, standard
 * input, and room in what it writes to.
 */
#include <signal.h>
#include <sys/wait.h>

#include "foundation/log.h"
#include "foundation/signals.h"
#include "foundation/text.h"
#include "master/master_state.h"
#include "master/output.h"
#include "shared/accept_quota.h"
#include "shared/accept_turn.h"
#include "shared/fragment_board.h"
#include "shared/half_open.h"
#include "shared/peer_claims.h"
#include "shared/shared.h"
#include "shared/stats.h"

static void master_prepare_console(struct master *, int64_t);
static void master_prepare_worker(struct master *, unsigned);
static void master_dispatch_worker(struct master *, unsigned);
static void master_signals(struct master *);
static void master_hup(struct master *);
static void master_end_in_order(struct master *);
static void master_children(struct master *);
static void master_child_died(struct master *, unsigned, pid_t, int);
static void master_say_how_it_died(struct master *, unsigned, pid_t, int);
static void master_control(struct master *, unsigned);
static void master_message(struct master *, unsigned, const struct message *);
static void master_ready(struct master *, unsigned);
static void master_opened(struct master *, unsigned, const struct message *);
static bool master_hears_console(const struct master *);
static void master_send_unit(struct master *, uint16_t);

void
master_prepare(struct master *master, int64_t now_ms)
{
	struct pollset *set = &master->pollset;
	struct pollfd none = { .fd = -1 };
	bool running = master->state == MASTER_RUNNING;
	unsigned i;

	pollset_clear(set);
	master->signal_place = pollset_add(
	    set, (struct pollfd){ .fd = master->signal_fd, .events = POLLIN });
	master_prepare_console(master, now_ms);
	for (i = 0; i < TEXT_OUTLETS; i++)
		master->output_place[i] =
		    pollset_add(set, output_pollfd(master->output, i));
	master->report_place = pollset_add(set, report_pollfd(&master->report));
	master->listener_place = pollset_add(
	    set, running ? accept_watch_pollfd(&master->watch) : none);
	helper_prepare(&master->helper, set);
	for (i = 0; i < master->table.slots; i++)
		master_prepare_worker(master, i);
}

static void
master_prepare_console(struct master *master, int64_t now_ms)
{
	struct pollfd pollfd = { .fd = -1 };

	if (master_hears_console(master))
		pollfd = console_pollfd(&master->console, now_ms);
	master->console_place = pollset_add(&master->pollset, pollfd);
}

static void
master_prepare_worker(struct master *master, unsigned slot)
{
	const struct process *process = &master->table.slot[slot];
	struct master_places *places = &master->worker_places[slot];
	struct pollfd pollfd = { .fd = process->control.fd, .events = POLLIN };
	unsigned i;

	if (channel_waiting(&process->control))
		pollfd.events |= POLLOUT;
	places->control = pollset_add(&master->pollset, pollfd);
	/* Full: the worker's channel fills up, and so the worker waits. */
	for (i = 0; i < TEXT_OUTLETS; i++) {
		pollfd = (struct pollfd){ .fd = process->text[i].fd,
			.events = POLLIN };
		if (output_full(master->output, i))
			pollfd.fd = -1;
		places->text[i] = pollset_add(&master->pollset, pollfd);
	}
}

/* Deaths come last: until then every place belongs to whom it was added for. */
void
master_dispatch(struct master *master)
{
	const struct pollset *set = &master->pollset;
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		if (pollset_events(set, master->output_place[i]) != 0)
			output_flush(master->output);
	if (pollset_events(set, master->report_place) != 0)
		report_flush(&master->report);
	if (helper_dispatch(&master->helper, set))
		process_nudge_all(&master->table, MESSAGE_FETCHED);
	for (i = 0; i < master->table.slots; i++)
		master_dispatch_worker(master, i);
	master_console(master, pollset_events(set, master->console_place));
	if (pollset_events(set, master->listener_place) != 0)
		accept_watch_seen(&master->watch);
	if (pollset_events(set, master->signal_place) != 0)
		master_signals(master);
}

static void
master_dispatch_worker(struct master *master, unsigned slot)
{
	const struct pollset *set = &master->pollset;
	const struct master_places *places = &master->worker_places[slot];
	short events = pollset_events(set, places->control);
	unsigned i;

	for (i = 0; i < TEXT_OUTLETS; i++)
		if (pollset_events(set, places->text[i]) != 0)
			relay_read(&master->relay, slot, i);
	if (events & POLLOUT)
		channel_flush(&master->table.slot[slot].control);
	if (events & ~POLLOUT)
		master_control(master, slot);
	process_end_refused(&master->table, slot);
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
			master_end_by(master, number);
		}
}

/* From a terminal that is gone, or from somebody who renewed a file. */
static void
master_hup(struct master *master)
{
	if (console_hung_up(&master->console))
		master_end_by(master, SIGHUP);
	else if (master->state < MASTER_DRAINING)
		reload_request(&master->reload);
	else
		log_warnx("HUP: nothing is reloaded any more");
}

/* QUIT: at first gently. */
static void
master_end_in_order(struct master *master)
{
	master_enter(master,
	    master->state < MASTER_DRAINING ? MASTER_DRAINING
					    : MASTER_QUITTING);
}

static void
master_children(struct master *master)
{
	bool expected = master->state > MASTER_DRAINING;
	int slot, status, helper;
	pid_t pid;

	while ((pid = process_reap(&status)) != -1) {
		if ((slot = process_slot(&master->table, pid)) != -1) {
			master_child_died(master, (unsigned)slot, pid, status);
			continue;
		}
		helper = helper_reaped(&master->helper, pid, status, expected);
		/* It may have had news that it could not tell any more. */
		if (helper != 0)
			process_nudge_all(&master->table, MESSAGE_FETCHED);
		if (helper == -1)
			master_end_by(master, 0);
	}
}

static void
master_child_died(struct master *master, unsigned slot, pid_t pid, int status)
{
	bool respawn = master->state < MASTER_DRAINING &&
	    process_is_newest(&master->table, slot);
	bool expected = master->state > MASTER_DRAINING;

	/* What it said last still stands in its channels. */
	master_control(master, slot);
	relay_bury(&master->relay, slot);
	accept_turn_set_state(master->shared->turn, slot, ACCEPT_ABSENT);
	accept_quota_bury(master->shared->quota, slot);
	if (master->shared->claims != NULL) {
		peer_claims_bury(master->shared->claims, slot);
		fragment_board_bury(master->shared->fragments, slot);
		half_open_bury(master->shared->half_open, slot);
	}
	console_worker_died(&master->console, slot);
	report_answer(&master->report, slot, master->report.request);
	if (!expected &&
	    (respawn || WIFSIGNALED(status) || WEXITSTATUS(status) != 0))
		stats_bury(master->shared->stats, slot);
	master_say_how_it_died(master, slot, pid, status);
	if (process_bury(&master->table, slot, respawn) == -1) {
		log_warnx("%d workers in a row died at once: giving up",
		    PROCESS_DEATHS_MAX);
		master_end_by(master, 0);
	}
	if (accept_quota_exhausted(master->shared->quota))
		master_enter(master, MASTER_DRAINING);
}

static void
master_say_how_it_died(
    struct master *master, unsigned slot, pid_t pid, int status)
{
	bool expected = master->state > MASTER_DRAINING;
	bool respawn = master->state < MASTER_DRAINING &&
	    process_is_newest(&master->table, slot);
	unsigned number = process_number(&master->table, slot);

	if (!expected && WIFSIGNALED(status))
		log_warnx("worker %u (pid %ld) was killed by signal %d", number,
		    (long)pid, WTERMSIG(status));
	else if (respawn)
		log_warnx("worker %u (pid %ld) exited with status %d", number,
		    (long)pid, WEXITSTATUS(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		master->status = WEXITSTATUS(status);
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
		master_opened(master, slot, message);
		break;
	case MESSAGE_CLOSED:
		console_disconnected(&master->console, message->id);
		break;
	case MESSAGE_UNIT_DONE:
		console_unit_done(&master->console, message->id);
		break;
	case MESSAGE_QUOTA_USED:
		master_enter(master, MASTER_DRAINING);
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
		break;
	}
}

/* Whoever is ready before the world was told waits for that. */
static void
master_ready(struct master *master, unsigned slot)
{
	process_said_ready(&master->table, slot);
	if (master->state == MASTER_RUNNING)
		channel_say(
		    &master->table.slot[slot].control, MESSAGE_ACCEPT, 0);
}

static void
master_opened(
    struct master *master, unsigned slot, const struct message *message)
{
	console_connected(&master->console, slot, message->id);
	if ((message->flags & MESSAGE_FLAG_HELD) &&
	    !console_is_for(&master->console, message->id))
		channel_say(
		    &master->table.slot[slot].control, MESSAGE_GO, message->id);
}

/* Not before the world was told, nor while what was typed last is at work. */
static bool
master_hears_console(const struct master *master)
{
	return (master->state == MASTER_RUNNING ||
		   master->state == MASTER_DRAINING) &&
	    !master->report.active;
}

void
master_console(struct master *master, short events)
{
	if (!master_hears_console(master))
		return;
	switch (console_readable(&master->console, events)) {
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
		master->console.unit_size = 0;
		master_send_unit(master, MESSAGE_FLAG_QUIT);
		master_enter(master, MASTER_QUITTING);
		break;
	case CONSOLE_HANGUP:
		master_end_by(master, SIGHUP);
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
