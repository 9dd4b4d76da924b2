#include "master/control_command.h"

#include <inttypes.h>

#include "config/config.h"
#include "foundation/monotime.h"
#include "foundation/textbuf.h"
#include "master/control_connection.h"
#include "master/control_workers.h"
#include "master/master_state.h"
#include "master/record_file.h"
#include "sessions/session_cache.h"
#include "shared/shared.h"
#include "shared/stats.h"
#include "shared/stats_json.h"

static control_work command_stats, command_stats_came;
static control_work command_wait, command_wait_looks;
static control_work command_reload, command_reloaded;
static control_work command_reopen, command_rotate, command_flush;
static control_work command_drain, command_quit, command_help;

/* How a command begins, and how it goes on if it takes its time. */
static const struct {
	control_work *begin, *go_on;
} control_commands[CONTROL_VERBS] = {
	[CONTROL_STATS] = { command_stats, command_stats_came },
	[CONTROL_WAIT] = { command_wait, command_wait_looks },
	[CONTROL_CONNECTIONS] = { control_connection_list, NULL },
	[CONTROL_CLOSE] = { control_connection_close,
	    control_connection_closes },
	[CONTROL_SEND] = { control_connection_send, control_connection_sends },
	[CONTROL_LETTER] = { control_connection_letter,
	    control_connection_sends },
	[CONTROL_RELOAD] = { command_reload, command_reloaded },
	[CONTROL_REOPEN] = { command_reopen, NULL },
	[CONTROL_ROTATE] = { command_rotate, NULL },
	[CONTROL_FLUSH] = { command_flush, NULL },
	[CONTROL_WORKERS] = { control_workers_resize, control_workers_resizes },
	[CONTROL_RESTART] = { control_workers_restart,
	    control_workers_restarts },
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
	call->begun = false;
	textbuf_init(&error);
	if (control_line_read(&call->order, line, size, &error) == 0)
		done = control_commands[call->order.verb].begin(
		    call, monotime_ms());
	else
		control_error(call, "%s", error.data);
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
		control_error(call, "the server has ended");
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
	return control_ok(call);
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
		return control_error(
		    call, "wait: no statistic is named %s", condition->name);
	if (ready && control_condition_holds(condition, value))
		return control_ok(call);
	call->look_ms =
	    monotime_sooner(now_ms + CONTROL_LOOK_MS, call->deadline_ms);
	if (now_ms < call->deadline_ms)
		return false;
	if (!ready)
		return control_error(call, "the server is not ready yet");
	return control_error(call,
	    "not so within %" PRIu64 " s: %s is %" PRIu64, call->order.seconds,
	    condition->name, value);
}

static bool
command_reload(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	call->reload = master_reload(call->master);
	return call->reload == 0 && control_refuse_at_end(call);
}

static bool
command_reloaded(struct control_call *call, int64_t now_ms)
{
	const struct reload *reload = &call->master->reload;

	(void)now_ms;
	switch (reload_result(reload, call->reload)) {
	case RELOAD_BEGINS:
		return control_refuse_at_end(call);
	case RELOAD_FAILS:
		return control_error(call, "%s", reload->reason);
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
		return control_error(call, "no -log has a path");
	if (master_reopen_log(call->master) == -1)
		return control_error(
		    call, "the file of -log cannot be opened anew");
	return control_ok(call);
}

static bool
command_rotate(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	if (ticket_rotation_force(&call->master->rotation) == 0)
		return control_ok(call);
	return control_error(call, "%s",
	    call->master->rotation.from_files
		? "the ticket keys come from files"
		: "there are no random bytes for a key");
}

static bool
command_flush(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	if (call->master->config->session_store != NULL)
		return control_error(call,
		    "-session_store has the sessions, of other servers, too");
	session_cache_empty(call->master->shared->sessions);
	return control_ok(call);
}

/* As QUIT. */
static bool
command_drain(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	if (call->master->state > MASTER_DRAINING)
		return control_refuse_at_end(call);
	master_enter(call->master, MASTER_DRAINING);
	return control_ok(call);
}

/* As the second QUIT. */
static bool
command_quit(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	master_enter(call->master, MASTER_QUITTING);
	return control_ok(call);
}

static bool
command_help(struct control_call *call, int64_t now_ms)
{
	(void)now_ms;
	control_line_help(call->answer);
	return control_ok(call);
}
