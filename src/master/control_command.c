#include "master/control_command.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "config/config.h"
#include "foundation/monotime.h"
#include "foundation/textbuf.h"
#include "master/control_list.h"
#include "master/master_state.h"
#include "master/record_file.h"
#include "sessions/session_cache.h"
#include "shared/connection_board.h"
#include "shared/shared.h"
#include "shared/stats.h"
#include "shared/stats_json.h"

/* Returns true if the command is done and answered. */
typedef bool control_step(struct control_call *, int64_t now_ms);

static control_step command_reopen;
static control_step command_workers, command_resizes, command_restart,
    command_restarts;
static control_step command_connections, command_close, command_closes;
static control_step command_stats, command_wait, command_send, command_letter,
    command_reload, command_rotate, command_flush, command_drain, command_quit,
    command_help;
static control_step command_stats_came, command_wait_looks, command_sends,
    command_reloaded;
static void command_make_unit(struct control_call *, struct textbuf *);
static bool command_refuse_at_end(struct control_call *);
static bool command_ok(struct control_call *);
static bool command_error(struct control_call *, const char *, ...)
    __attribute__((format(printf, 2, 3)));

/* How a command begins, and how it goes on if it takes its time. */
static const struct {
	control_step *begin, *go_on;
} control_commands[CONTROL_VERBS] = {
	[CONTROL_STATS] = { command_stats, command_stats_came },
	[CONTROL_WAIT] = { command_wait, command_wait_looks },
	[CONTROL_CONNECTIONS] = { command_connections, NULL },
	[CONTROL_CLOSE] = { command_close, command_closes },
	[CONTROL_SEND] = { command_send, command_sends },
	[CONTROL_LETTER] = { command_letter, command_sends },
	[CONTROL_RELOAD] = { command_reload, command_reloaded },
	[CONTROL_REOPEN] = { command_reopen, NULL },
	[CONTROL_ROTATE] = { command_rotate, NULL },
	[CONTROL_FLUSH] = { command_flush, NULL },
	[CONTROL_WORKERS] = { command_workers, command_resizes },
	[CONTROL_RESTART] = { command_restart, command_restarts },
	[CONTROL_DRAIN] = { command_drain, NULL },
	[CONTROL_QUIT] = { command_quit, NULL },
	[CONTROL_HELP] = { command_help, NULL },
};

bool
control_command_begin(struct control_call *call, const char *line, size_t size)
{
	struct textbuf error;
	bool done = true;

	call->look_ms = 0;
	call->reload = 0;
	call->sent = false;
	textbuf_init(&error);
	if (control_line_read(&call->order, line, size, &error) == 0)
		done = control_commands[call->order.verb].begin(
		    call, monotime_ms());
	else
		command_error(call, "%s", error.data);
	textbuf_free(&error);
	return done;
}

bool
control_command_go_on(struct control_call *call, int64_t now_ms)
{
	return control_commands[call->order.verb].go_on(call, now_ms);
}

int64_t
control_command_due_ms(const struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	return call->look_ms;
}

/* What was waited for may have come with the last numbers. */
void
control_command_end(struct control_call *call)
{
	call->round = 0;
	call->look_ms = 0;
	if (!control_command_go_on(call, 0))
		command_error(call, "the server has ended");
}

static bool
command_stats(struct control_call *call, int64_t now_ms)
{
	call->round = census_ask(&call->master->census);
	return command_stats_came(call, now_ms);
}

static bool
command_stats_came(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	if (!census_has_answered(&call->master->census, call->round))
		return false;
	report_line(&call->master->report, REPORT_CONTROL, call->answer);
	return command_ok(call);
}

static bool
command_wait(struct control_call *call, int64_t now_ms)
{
	call->deadline_ms = now_ms + (int64_t)(1000 * call->order.seconds);
	return command_wait_looks(call, now_ms);
}

/* Each worker counts in shared memory: nobody need be asked. */
static bool
command_wait_looks(struct control_call *call, int64_t now_ms)
{
	const struct control_condition *condition = &call->order.condition;
	struct stats_numbers totals;
	bool ready = call->master->state != MASTER_STARTING;
	uint64_t value;

	if (now_ms < call->look_ms)
		return false;
	stats_total(call->master->shared->stats, &totals);
	if (!stats_json_find(&totals, condition->name, &value))
		return command_error(
		    call, "wait: no statistic is named %s", condition->name);
	if (ready && control_condition_holds(condition, value))
		return command_ok(call);
	call->look_ms =
	    monotime_sooner(now_ms + CONTROL_LOOK_MS, call->deadline_ms);
	if (now_ms < call->deadline_ms)
		return false;
	if (!ready)
		return command_error(call, "the server is not ready yet");
	return command_error(call,
	    "not so within %" PRIu64 " s: %s is %" PRIu64, call->order.seconds,
	    condition->name, value);
}

static bool
command_connections(struct control_call *call, int64_t now_ms)
{
	bool whole;
	unsigned count =
	    control_list(call->master, call->answer, CONTROL_LIST_MAX, &whole);

	(void)now_ms;
	if (!whole)
		return command_error(
		    call, "only %u are listed: there is no more room", count);
	return command_ok(call);
}

static bool
command_close(struct control_call *call, int64_t now_ms)
{
	struct master *master = call->master;
	uint64_t number = call->order.number;
	int slot = connection_board_find(master->shared->connections, number);

	if (slot == -1)
		return command_error(
		    call, "no connection %" PRIu64 " is open", number);
	channel_say(
	    &master->workers->slot[slot].control, MESSAGE_CLOSE, number);
	return command_closes(call, now_ms);
}

/* The worker tells nobody but the board. */
static bool
command_closes(struct control_call *call, int64_t now_ms)
{
	if (now_ms < call->look_ms)
		return false;
	call->look_ms = now_ms + CONTROL_LOOK_MS;
	return connection_board_find(call->master->shared->connections,
		   call->order.number) == -1 &&
	    command_ok(call);
}

static bool
command_letter(struct control_call *call, int64_t now_ms)
{
	const struct config *config = call->master->config;

	if (config->quiet || config->brief)
		return command_error(
		    call, "with -quiet and -brief a letter is text: send it");
	return command_send(call, now_ms);
}

static bool
command_send(struct control_call *call, int64_t now_ms)
{
	if (!config_uses_console(call->master->config))
		return command_error(
		    call, "in this mode connections take no text");
	if (console_find(&call->master->console, call->order.number) == NULL)
		return command_error(call, "no connection %" PRIu64 " is open",
		    call->order.number);
	return command_sends(call, now_ms);
}

/* Behind what the console has sent, and until the peer has it. */
static bool
command_sends(struct control_call *call, int64_t now_ms)
{
	struct console_connection *connection =
	    console_find(&call->master->console, call->order.number);
	struct textbuf unit;

	(void)now_ms;
	if (connection == NULL)
		/* Nothing else can be the answer to q. */
		return call->sent && call->order.verb == CONTROL_LETTER
		    ? command_ok(call)
		    : command_error(call, "connection %" PRIu64 " has ended",
			  call->order.number);
	if (call->sent)
		return connection->taken > call->taken && command_ok(call);
	textbuf_init(&unit);
	command_make_unit(call, &unit);
	call->taken = connection->taken;
	call->sent =
	    master_type(call->master, connection, unit.data, unit.size);
	textbuf_free(&unit);
	return false;
}

/* What a read of the console would have returned. */
static void
command_make_unit(struct control_call *call, struct textbuf *unit)
{
	const struct control_order *order = &call->order;

	textbuf_append(unit, order->text, order->text_size);
	textbuf_puts(unit, call->master->config->crlf ? "\r\n" : "\n");
}

static bool
command_reload(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	call->reload = master_reload(call->master);
	return call->reload == 0 && command_refuse_at_end(call);
}

static bool
command_reloaded(struct control_call *call, int64_t now_ms)
{
	const struct reload *reload = &call->master->reload;

	(void)now_ms;
	switch (reload_result(reload, call->reload)) {
	case RELOAD_BEGINS:
		return command_refuse_at_end(call);
	case RELOAD_FAILS:
		return command_error(call, "%s", reload->reason);
	case RELOAD_ENDS:
		break;
	}
	textbuf_printf(
	    call->answer, "ok generation %u serves\n", reload->count + 1);
	return true;
}

/* As HUP, but for all else. */
static bool
command_reopen(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	if (!call->master->log->has_path)
		return command_error(call, "no -log has a path");
	if (master_reopen_log(call->master) == -1)
		return command_error(
		    call, "the file of -log cannot be opened anew");
	return command_ok(call);
}

static bool
command_rotate(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	if (ticket_rotation_force(&call->master->rotation) == 0)
		return command_ok(call);
	return command_error(call, "%s",
	    call->master->rotation.from_files
		? "the ticket keys come from files"
		: "there are no random bytes for a key");
}

static bool
command_flush(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	session_cache_empty(call->master->shared->sessions);
	return command_ok(call);
}

static bool
command_workers(struct control_call *call, int64_t now_ms)
{
	unsigned most = call->master->workers->children;

	if (call->order.number == 0 || call->order.number > most)
		return command_error(
		    call, "there can be 1 to %u workers (-workers_max)", most);
	return command_resizes(call, now_ms);
}

/*
 * New ones are waited for until they are ready, and those that leave until they
 * accept no more; one of them may be stopped.
 */
static bool
command_resizes(struct control_call *call, int64_t now_ms)
{
	struct master *master = call->master;
	unsigned wanted = (unsigned)call->order.number;

	if (command_refuse_at_end(call))
		return true;
	call->look_ms = now_ms + CONTROL_LOOK_MS;
	if (master->state == MASTER_STARTING)
		return false;
	if (!call->sent && pool_resize(master->workers, wanted) == -1)
		return command_error(
		    call, "too many workers of before still drain");
	if (!call->sent)
		call->deadline_ms = now_ms + CONTROL_LEAVE_MS;
	call->sent = true;
	if (!pool_is_settled(master->workers) &&
	    (now_ms < call->deadline_ms ||
		!pool_can_serve(master->workers, pool_all(master->workers))))
		return false;
	textbuf_printf(call->answer, "ok %u workers\n", wanted);
	return true;
}

static bool
command_restart(struct control_call *call, int64_t now_ms)
{
	if (call->order.number == 0 ||
	    call->order.number > call->master->workers->wanted)
		return command_error(
		    call, "there is no worker %" PRIu64, call->order.number);
	return command_restarts(call, now_ms);
}

/* One restart or reload after the other. */
static bool
command_restarts(struct control_call *call, int64_t now_ms)
{
	struct reload *reload = &call->master->reload;

	(void)now_ms;
	if (call->reload == 0) {
		if (command_refuse_at_end(call))
			return true;
		if (call->master->state != MASTER_RUNNING ||
		    !reload_is_idle(reload))
			return false;
		call->reload =
		    reload_restart(reload, (unsigned)call->order.number - 1);
	}
	switch (reload_result(reload, call->reload)) {
	case RELOAD_BEGINS:
		return command_refuse_at_end(call);
	case RELOAD_FAILS:
		return command_error(call, "too few descriptors are left");
	case RELOAD_ENDS:
		break;
	}
	return command_ok(call);
}

/* As QUIT. */
static bool
command_drain(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	if (call->master->state > MASTER_DRAINING)
		return command_refuse_at_end(call);
	master_enter(call->master, MASTER_DRAINING);
	return command_ok(call);
}

/* As the second QUIT. */
static bool
command_quit(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	master_enter(call->master, MASTER_QUITTING);
	return command_ok(call);
}

static bool
command_help(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	control_line_help(call->answer);
	return command_ok(call);
}

/* Returns true (answered) if nothing can begin any more. */
static bool
command_refuse_at_end(struct control_call *call)
{
	return call->master->state >= MASTER_DRAINING &&
	    command_error(call, "the server is ending");
}

/* These two return true. */
static bool
command_ok(struct control_call *call)
{
	textbuf_puts(call->answer, "ok\n");
	return true;
}

static bool
command_error(struct control_call *call, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	textbuf_printf(call->answer, "error %s\n", text);
	return true;
}
