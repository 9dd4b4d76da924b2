#include "master/ticket_rotation.h"

#include <time.h>

#include "config/config.h"
#include "foundation/log.h"
#include "foundation/monotime.h"
#include "sessions/ticket_keys.h"

#define ROTATION_DEFAULT_S 43200

static int64_t ticket_rotation_due_ms(const void *, int64_t);
static void ticket_rotation_act(void *, int64_t);
static void ticket_rotation_plan(struct ticket_rotation *);
static unsigned rotation_period_s(const struct config *);

const struct source ticket_rotation_source = {
	.due_ms = ticket_rotation_due_ms,
	.act = ticket_rotation_act,
};

int
ticket_rotation_check(const struct config *config)
{
	unsigned lifetime_s = config->session_timeout_s;
	unsigned period_s = rotation_period_s(config);

	if (period_s == 0 || period_s >= ticket_keys_rotate_min_s(lifetime_s))
		return 0;
	log_warnx("-ticket_rotate %u: at least %u for tickets that live %u "
		  "seconds",
	    period_s, ticket_keys_rotate_min_s(lifetime_s), lifetime_s);
	return -1;
}

void
ticket_rotation_init(struct ticket_rotation *rotation,
    const struct config *config, struct ticket_keys *keys,
    const struct randomness *randomness)
{
	rotation->keys = keys;
	rotation->randomness = randomness;
	rotation->period_s = rotation_period_s(config);
	rotation->lifetime_s = config->session_timeout_s;
	rotation->from_files = config->ticket_keys.count > 0;
	ticket_rotation_plan(rotation);
	rotation->hear = NULL;
}

void
ticket_rotation_hear_by(
    struct ticket_rotation *rotation, ticket_rotation_hear *hear, void *arg)
{
	rotation->hear = hear;
	rotation->hear_arg = arg;
}

void
ticket_rotation_run(struct ticket_rotation *rotation)
{
	if (rotation->due_ms != 0 && monotime_ms() >= rotation->due_ms)
		(void)ticket_rotation_force(rotation);
}

int
ticket_rotation_force(struct ticket_rotation *rotation)
{
	int result;

	if (rotation->from_files) {
		log_warnx("the ticket keys come from files: HUP reads them");
		return -1;
	}
	result = ticket_keys_rotate(rotation->keys, rotation->randomness,
	    (int64_t)time(NULL), rotation->lifetime_s);
	if (result == -1)
		log_warnx("the ticket keys are not rotated");
	else if (rotation->hear != NULL)
		rotation->hear(rotation->hear_arg);
	/* From now, so that keys are never made faster than there is room. */
	ticket_rotation_plan(rotation);
	return result;
}

static int64_t
ticket_rotation_due_ms(const void *self, int64_t now_ms)
{
	const struct ticket_rotation *rotation = self;

	(void)now_ms;
	return rotation->due_ms;
}

static void
ticket_rotation_act(void *self, int64_t now_ms)
{
	(void)now_ms;
	ticket_rotation_run(self);
}

static void
ticket_rotation_plan(struct ticket_rotation *rotation)
{
	rotation->due_ms = rotation->period_s == 0
	    ? 0
	    : monotime_ms() + INT64_C(1000) * rotation->period_s;
}

/* 0: never. Keys from files are for their owner to rotate. */
static unsigned
rotation_period_s(const struct config *config)
{
	unsigned min_s = ticket_keys_rotate_min_s(config->session_timeout_s);

	if (config->ticket_keys.count > 0)
		return 0;
	if (config->ticket_rotate_s >= 0)
		return (unsigned)config->ticket_rotate_s;
	return min_s > ROTATION_DEFAULT_S ? min_s : ROTATION_DEFAULT_S;
}
