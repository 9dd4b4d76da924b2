#include <signal.h>
#include <string.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "master/reload.h"

/* How long children of the oldest generation may take to end in order. */
#define RELOAD_CUT_MS 500
/* How long a child may take to say that it drains: one may be stopped. */
#define RELOAD_RETIRE_MS 500

static int64_t reload_due_ms(const void *, int64_t);
static void reload_act(void *, int64_t);
static void reload_step(struct reload *, int64_t);
static void reload_begin(struct reload *, int64_t);
static int reload_make_anew(struct reload *);
static void reload_replace(struct reload *, int64_t);
static void reload_note_reason(void *, const char *);
static void reload_cut(struct reload *, int64_t);
static void reload_start(struct reload *);
static void reload_retire(struct reload *, int64_t);
static void reload_finish(struct reload *, int64_t);

const struct source reload_source = {
	.due_ms = reload_due_ms,
	.act = reload_act,
};

void
reload_init(struct reload *reload, struct pool *pool, reload_prepare *prepare,
    void *arg)
{
	memset(reload, 0, sizeof(*reload));
	reload->pool = pool;
	reload->prepare = prepare;
	reload->arg = arg;
}

void
reload_hear_by(struct reload *reload, reload_hear *hear, void *arg)
{
	reload->hear = hear;
	reload->hear_arg = arg;
}

unsigned
reload_request(struct reload *reload)
{
	reload->wanted = true;
	return reload->begun + 1;
}

enum reload_news
reload_result(const struct reload *reload, unsigned number)
{
	if (reload->ended < number)
		return RELOAD_BEGINS;
	return reload->failed == number ? RELOAD_FAILS : RELOAD_ENDS;
}

bool
reload_is_idle(const struct reload *reload)
{
	return reload->phase == RELOAD_IDLE && !reload->wanted;
}

unsigned
reload_restart(struct reload *reload, unsigned number)
{
	reload->begun++;
	reload->range = (struct pool_range){ number, number + 1 };
	reload->anew = false;
	if (pool_check_room(reload->range) == -1)
		reload->ended = reload->failed = reload->begun;
	else
		reload_replace(reload, monotime_ms());
	return reload->begun;
}

void
reload_cancel(struct reload *reload)
{
	reload->wanted = false;
	reload->phase = RELOAD_IDLE;
	reload->deadline_ms = 0;
}

static int64_t
reload_due_ms(const void *self, int64_t now_ms)
{
	const struct reload *reload = self;

	/* What is asked for behind this source's act has no other event. */
	if (reload->phase == RELOAD_IDLE && reload->wanted)
		return now_ms;
	return reload->deadline_ms;
}

static void
reload_act(void *self, int64_t now_ms)
{
	reload_step(self, now_ms);
}

/* Do what can be done now. */
static void
reload_step(struct reload *reload, int64_t now_ms)
{
	bool late = reload->deadline_ms != 0 && now_ms >= reload->deadline_ms;

	switch (reload->phase) {
	case RELOAD_IDLE:
		if (reload->wanted)
			reload_begin(reload, now_ms);
		break;
	case RELOAD_CUTTING:
		if (pool_alive_next(reload->pool, reload->range) == 0)
			reload_start(reload);
		else if (late)
			reload_cut(reload, now_ms);
		break;
	case RELOAD_STARTING:
		if (pool_can_serve(reload->pool, reload->range))
			reload_retire(reload, now_ms);
		break;
	case RELOAD_RETIRING:
		if (late || pool_all_retired(reload->pool))
			reload_finish(reload, now_ms);
		break;
	}
}

static void
reload_begin(struct reload *reload, int64_t now_ms)
{
	reload->wanted = false;
	reload->begun++;
	reload->range = pool_all(reload->pool);
	reload->anew = true;
	reload->hear(reload->hear_arg, RELOAD_BEGINS);
	if (reload_make_anew(reload) == -1) {
		reload->ended = reload->failed = reload->begun;
		reload->hear(reload->hear_arg, RELOAD_FAILS);
		return;
	}
	reload_replace(reload, now_ms);
}

/* The next generation begins, as soon as there are slots for it. */
static void
reload_replace(struct reload *reload, int64_t now_ms)
{
	if (pool_alive_next(reload->pool, reload->range) == 0) {
		reload_start(reload);
		return;
	}
	log_warnx("the connections of the oldest generation are ended");
	pool_say_next(reload->pool, reload->range, MESSAGE_QUIT);
	reload->phase = RELOAD_CUTTING;
	reload->deadline_ms = now_ms + RELOAD_CUT_MS;
}

/* Returns 0, or -1, with the line that was reported as the reason. */
static int
reload_make_anew(struct reload *reload)
{
	int result;

	*reload->reason = '\0';
	log_watch(reload_note_reason, reload);
	result = pool_check_room(reload->range) == -1 ||
		reload->prepare(reload->arg) == -1
	    ? -1
	    : 0;
	log_watch(NULL, NULL);
	return result;
}

/* The last line is the error; those before may be parts of it. */
static void
reload_note_reason(void *arg, const char *line)
{
	struct reload *reload = arg;

	strlcpy(reload->reason, line, sizeof(reload->reason));
}

static void
reload_cut(struct reload *reload, int64_t now_ms)
{
	pool_kill_next(reload->pool, reload->range, SIGKILL);
	reload->deadline_ms = now_ms + RELOAD_CUT_MS;
}

static void
reload_start(struct reload *reload)
{
	pool_next_generation(reload->pool, reload->range);
	reload->phase = RELOAD_STARTING;
	reload->deadline_ms = 0;
}

static void
reload_retire(struct reload *reload, int64_t now_ms)
{
	pool_say_old(reload->pool, MESSAGE_DRAIN);
	reload->phase = RELOAD_RETIRING;
	reload->deadline_ms = now_ms + RELOAD_RETIRE_MS;
}

/* From now on every new connection meets what is new. */
static void
reload_finish(struct reload *reload, int64_t now_ms)
{
	reload->phase = RELOAD_IDLE;
	reload->deadline_ms = 0;
	reload->ended = reload->begun;
	if (reload->anew) {
		reload->count++;
		log_warnx("reloaded: generation %u of the workers serves",
		    reload->count + 1);
		reload->hear(reload->hear_arg, RELOAD_ENDS);
	} else {
		log_warnx("worker %u is restarted", reload->range.first + 1);
	}
	if (reload->wanted)
		reload_begin(reload, now_ms);
}
