#include <signal.h>
#include <string.h>

#include "foundation/log.h"
#include "master/reload.h"

/* How long children of the oldest generation may take to end in order. */
#define RELOAD_CUT_MS 500
/* How long a child may take to say that it drains: one may be stopped. */
#define RELOAD_RETIRE_MS 500

static void reload_begin(struct reload *, int64_t);
static void reload_cut(struct reload *, int64_t);
static void reload_start(struct reload *);
static void reload_retire(struct reload *, int64_t);
static void reload_finish(struct reload *, int64_t);
static bool reload_all_retired(const struct reload *);
static unsigned reload_next(const struct reload *);

void
reload_init(struct reload *reload, struct process_table *table,
    reload_prepare *prepare, void *arg)
{
	memset(reload, 0, sizeof(*reload));
	reload->table = table;
	reload->prepare = prepare;
	reload->arg = arg;
}

void
reload_request(struct reload *reload)
{
	reload->wanted = true;
}

void
reload_cancel(struct reload *reload)
{
	reload->wanted = false;
	reload->phase = RELOAD_IDLE;
	reload->deadline_ms = 0;
}

void
reload_step(struct reload *reload, int64_t now_ms)
{
	bool late = reload->deadline_ms != 0 && now_ms >= reload->deadline_ms;

	switch (reload->phase) {
	case RELOAD_IDLE:
		if (reload->wanted)
			reload_begin(reload, now_ms);
		break;
	case RELOAD_CUTTING:
		if (process_alive_in(reload->table, reload_next(reload)) == 0)
			reload_start(reload);
		else if (late)
			reload_cut(reload, now_ms);
		break;
	case RELOAD_STARTING:
		if (process_can_serve(reload->table))
			reload_retire(reload, now_ms);
		break;
	case RELOAD_RETIRING:
		if (late || reload_all_retired(reload))
			reload_finish(reload, now_ms);
		break;
	}
}

static void
reload_begin(struct reload *reload, int64_t now_ms)
{
	reload->wanted = false;
	if (process_check_room(reload->table) == -1 ||
	    reload->prepare(reload->arg) == -1)
		return;
	if (process_alive_in(reload->table, reload_next(reload)) == 0) {
		reload_start(reload);
		return;
	}
	log_warnx("the connections of the oldest generation are ended");
	process_say_in(reload->table, reload_next(reload), MESSAGE_QUIT);
	reload->phase = RELOAD_CUTTING;
	reload->deadline_ms = now_ms + RELOAD_CUT_MS;
}

static void
reload_cut(struct reload *reload, int64_t now_ms)
{
	process_kill_in(reload->table, reload_next(reload), SIGKILL);
	reload->deadline_ms = now_ms + RELOAD_CUT_MS;
}

static void
reload_start(struct reload *reload)
{
	process_next_generation(reload->table);
	reload->phase = RELOAD_STARTING;
	reload->deadline_ms = 0;
}

static void
reload_retire(struct reload *reload, int64_t now_ms)
{
	unsigned newest = reload->table->generation;

	/* Those before it were told when it took over. */
	process_say_in(reload->table,
	    (newest + PROCESS_GENERATIONS - 1) % PROCESS_GENERATIONS,
	    MESSAGE_DRAIN);
	reload->phase = RELOAD_RETIRING;
	reload->deadline_ms = now_ms + RELOAD_RETIRE_MS;
}

/* From now on every new connection meets what is new. */
static void
reload_finish(struct reload *reload, int64_t now_ms)
{
	reload->phase = RELOAD_IDLE;
	reload->deadline_ms = 0;
	reload->count++;
	log_warnx(
	    "reloaded: generation %u of the workers serves", reload->count + 1);
	if (reload->wanted)
		reload_begin(reload, now_ms);
}

static bool
reload_all_retired(const struct reload *reload)
{
	const struct process_table *table = reload->table;
	unsigned slot;

	for (slot = 0; slot < table->slots; slot++)
		if (table->slot[slot].pid != 0 &&
		    !process_is_newest(table, slot) &&
		    !table->slot[slot].retired)
			return false;
	return true;
}

/* The slots that the next generation will have. */
static unsigned
reload_next(const struct reload *reload)
{
	return (reload->table->generation + 1) % PROCESS_GENERATIONS;
}
