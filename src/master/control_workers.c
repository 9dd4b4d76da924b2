#include "master/control_workers.h"

#include <inttypes.h>

#include "foundation/textbuf.h"
#include "master/master_state.h"

/* So long workers that are too many may take to accept no more. */
#define CONTROL_LEAVE_MS 500

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
		return control_error(
		    call, "too many workers of before still drain");
	if (!call->begun)
		call->deadline_ms = now_ms + CONTROL_LEAVE_MS;
	call->begun = true;
	if (!pool_is_settled(master->workers) &&
	    (now_ms < call->deadline_ms ||
		!pool_can_serve(master->workers, pool_all(master->workers))))
		return false;
	textbuf_printf(call->answer, "ok %u workers\n", wanted);
	return true;
}

bool
control_workers_restart(struct control_call *call, int64_t now_ms)
{
	if (call->order.number == 0 ||
	    call->order.number > call->master->workers->wanted)
		return control_error(
		    call, "there is no worker %" PRIu64, call->order.number);
	return control_workers_restarts(call, now_ms);
}

/* One restart or reload after the other. */
bool
control_workers_restarts(struct control_call *call, int64_t now_ms)
{
	struct reload *reload = &call->master->reload;

	(void)now_ms;
	if (call->reload == 0) {
		if (control_refuse_at_end(call))
			return true;
		if (call->master->state != MASTER_RUNNING ||
		    !reload_is_idle(reload))
			return false;
		call->reload =
		    reload_restart(reload, (unsigned)call->order.number - 1);
	}
	switch (reload_result(reload, call->reload)) {
	case RELOAD_BEGINS:
		return control_refuse_at_end(call);
	case RELOAD_FAILS:
		return control_error(call, "too few descriptors are left");
	case RELOAD_ENDS:
		break;
	}
	return control_ok(call);
}
