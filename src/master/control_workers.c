#include "master/control_workers.h"

#include <inttypes.h>

#include "foundation/textbuf.h"
#include "master/master_state.h"

/* So long workers that are too many may take to accept no more. */
#define CONTROL_LEAVE_MS 500
/* So long a restart waits for a place in which no worker drains. */
#define CONTROL_PLACE_MS 2000

static control_work control_workers_replace;
static bool control_workers_no_place(struct control_call *);

bool
control_workers_resize(struct control_call *call, int64_t now_ms)
{
	unsigned most = call->master->workers->children;

	if (call->order.number == 0 || call->order.number > most)
		return control_error(
		    call, "there can be 1 to %u workers (-workers_max)", most);
	return control_workers_resizes(call, now_ms);
}

/*
 * New ones are waited for until they are ready, and those that leave until they
 * accept no more; one of them may be stopped.
 */
bool
control_workers_resizes(struct control_call *call, int64_t now_ms)
{
	struct master *master = call->master;
	unsigned wanted = (unsigned)call->order.number;

	if (control_refuse_at_end(call))
		return true;
	call->look_ms = now_ms + CONTROL_LOOK_MS;
	if (master->state == MASTER_STARTING)
		return false;
	if (!call->begun && pool_resize(master->workers, wanted) == -1)
		return control_workers_no_place(call);
	if (!call->begun)
		call->deadline_ms = now_ms + CONTROL_LEAVE_MS;
	call->begun = true;
	if (!pool_is_settled(master->workers) &&
	    (now_ms < call->deadline_ms ||
		!pool_can_serve(master->workers, pool_all(master->workers))))
		return false;
	/* READY would also say that a reload is over. */
	if (reload_is_idle(&master->reload))
		master_notify_ready(master);
	textbuf_printf(call->answer, "ok %u workers\n", wanted);
	return true;
}

bool
control_workers_restart(struct control_call *call, int64_t now_ms)
{
	call->deadline_ms = 0;
	return control_workers_restarts(call, now_ms);
}

bool
control_workers_restarts(struct control_call *call, int64_t now_ms)
{
	if (call->reload == 0 && control_workers_replace(call, now_ms))
		return true;
	if (call->reload == 0)
		return false;
	switch (reload_result(&call->master->reload, call->reload)) {
	case RELOAD_BEGINS:
		return control_refuse_at_end(call);
	case RELOAD_FAILS:
		return control_error(call, "too few descriptors are left");
	case RELOAD_ENDS:
		break;
	}
	return control_ok(call);
}

/*
 * Returns true if it was refused; the call has the number of a restart that has
 * begun. One restart or reload follows the other. Unlike a reload, a restart
 * ends no connection: it needs a place that is free, and one that drains may
 * soon be.
 */
static bool
control_workers_replace(struct control_call *call, int64_t now_ms)
{
	struct master *master = call->master;
	uint64_t number = call->order.number;

	if (number == 0 || number > master->workers->wanted)
		return control_error(
		    call, "there is no worker %" PRIu64, number);
	if (control_refuse_at_end(call))
		return true;
	call->look_ms = 0;
	if (master->state != MASTER_RUNNING || !reload_is_idle(&master->reload))
		return false;
	if (pool_has_next(master->workers, (unsigned)number - 1)) {
		call->reload =
		    reload_restart(&master->reload, (unsigned)number - 1);
		return false;
	}
	if (call->deadline_ms == 0)
		call->deadline_ms = now_ms + CONTROL_PLACE_MS;
	call->look_ms = now_ms + CONTROL_LOOK_MS;
	return now_ms >= call->deadline_ms && control_workers_no_place(call);
}

static bool
control_workers_no_place(struct control_call *call)
{
	return control_error(call, "too many workers of before still drain");
}
