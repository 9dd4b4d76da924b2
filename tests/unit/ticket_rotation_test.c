/*
 * When ticket keys are rotated, and when they are not.
 */
#include "config/config.h"
#include "foundation/monotime.h"
#include "foundation/randomness.h"
#include "master/ticket_rotation.h"
#include "sessions/ticket_keys.h"
#include "unit.h"

#define HOUR_S 3600

static int
make_bytes(void *bytes, size_t size)
{
	arc4random_buf(bytes, size);
	return 0;
}

static const struct randomness source = { make_bytes, make_bytes };

static struct config
config_new(int rotate_s, unsigned lifetime_s)
{
	struct config config = { .ticket_rotate_s = rotate_s,
		.session_timeout_s = lifetime_s };

	return config;
}

static struct ticket_rotation
rotation_new(const struct config *config)
{
	struct ticket_rotation rotation;

	ticket_rotation_init(&rotation, config,
	    ticket_keys_init(unit_share(ticket_keys_size()), &source), &source);
	return rotation;
}

static bool
has_rotated(const struct ticket_rotation *rotation, const uint8_t *name)
{
	struct ticket_key key;

	ticket_keys_current(rotation->keys, &key);
	return memcmp(key.name, name, sizeof(key.name)) != 0;
}

static void
test_every_twelve_hours_or_as_long_as_need_be(void)
{
	struct config config = config_new(-1, 2 * HOUR_S);

	CHECK(ticket_rotation_check(&config) == 0);
	CHECK(rotation_new(&config).period_s == 12 * HOUR_S);
	config = config_new(-1, 10000 * HOUR_S);
	CHECK(ticket_rotation_check(&config) == 0);
	CHECK(rotation_new(&config).period_s ==
	    ticket_keys_rotate_min_s(10000 * HOUR_S));
	config = config_new(600, 2 * HOUR_S);
	CHECK(rotation_new(&config).period_s == 600);
}

static void
test_never_if_told_so_and_never_keys_of_files(void)
{
	struct config config = config_new(0, 2 * HOUR_S);
	const char *files[] = { "key" };

	CHECK(ticket_rotation_check(&config) == 0);
	CHECK(rotation_new(&config).due_ms == 0);
	config = config_new(-1, 2 * HOUR_S);
	config.ticket_keys = (struct strings){ files, 1 };
	CHECK(ticket_rotation_check(&config) == 0);
	CHECK(rotation_new(&config).due_ms == 0);
}

static void
test_not_before_its_time_and_once_if_late(void)
{
	struct config config = config_new(1000, 2 * HOUR_S);
	struct ticket_rotation rotation = rotation_new(&config);
	struct ticket_key first, second;

	ticket_keys_current(rotation.keys, &first);
	ticket_rotation_run(&rotation);
	CHECK(!has_rotated(&rotation, first.name));
	/* Five periods late. */
	rotation.due_ms = monotime_ms() - INT64_C(5000000);
	ticket_rotation_run(&rotation);
	CHECK(has_rotated(&rotation, first.name));
	CHECK(rotation.due_ms > monotime_ms() + 900000);
	ticket_keys_current(rotation.keys, &second);
	ticket_rotation_run(&rotation);
	CHECK(!has_rotated(&rotation, second.name));
	CHECK(ticket_keys_find(rotation.keys, first.name, (int64_t)time(NULL),
		  &first) == TICKET_KEY_OLD);
	CHECK(first.expires_s >= (int64_t)time(NULL) + 2 * HOUR_S - 60);
}

int
main(void)
{
	UNIT_RUN(test_every_twelve_hours_or_as_long_as_need_be);
	UNIT_RUN(test_never_if_told_so_and_never_keys_of_files);
	UNIT_RUN(test_not_before_its_time_and_once_if_late);
	return unit_end();
}
