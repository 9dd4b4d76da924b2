/*
 * Which worker accepts next.
 */
#include <poll.h>

#include "shared/accept_turn.h"
#include "unit.h"

#define SLOTS 4

static struct accept_turn *
turn_new(void)
{
	struct accept_turn *turn =
	    accept_turn_init(unit_share(accept_turn_size(SLOTS)), SLOTS);
	unsigned i;

	CHECK(turn != NULL);
	for (i = 0; i < SLOTS; i++)
		accept_turn_set_state(turn, i, ACCEPT_IDLE);
	return turn;
}

static bool
was_told(struct accept_turn *turn, unsigned slot)
{
	struct pollfd pollfd = { .fd = accept_turn_fd(turn, slot),
		.events = POLLIN };

	return poll(&pollfd, 1, 0) == 1;
}

/* The turn goes round all workers, whichever worker is woken. */
static void
test_idle_workers_in_ring_order(void)
{
	struct accept_turn *turn = turn_new();
	unsigned i;

	for (i = 0; i < 3 * SLOTS; i++) {
		CHECK(accept_turn_next(turn, 2) == i % SLOTS);
		/* Each connection has the next number. */
		CHECK(accept_turn_took(turn, i % SLOTS) == i + 1);
	}
	CHECK(accept_turn_count(turn) == 3 * SLOTS);
	accept_turn_close(turn);
}

static void
test_busy_workers_are_passed_over(void)
{
	struct accept_turn *turn = turn_new();

	accept_turn_took(turn, 0);
	accept_turn_set_state(turn, 1, ACCEPT_BUSY);
	CHECK(accept_turn_next(turn, 3) == 2);
	accept_turn_set_state(turn, 2, ACCEPT_BUSY);
	/* The worker that asks is awake, so it counts as idle. */
	accept_turn_set_state(turn, 3, ACCEPT_BUSY);
	CHECK(accept_turn_next(turn, 3) == 3);
	accept_turn_close(turn);
}

static void
test_never_who_accepted_last(void)
{
	struct accept_turn *turn = turn_new();
	unsigned i;

	for (i = 0; i < SLOTS; i++)
		accept_turn_set_state(turn, i, ACCEPT_BUSY);
	accept_turn_took(turn, 1);
	CHECK(accept_turn_next(turn, 1) == 2);
	accept_turn_set_state(turn, 2, ACCEPT_SUSPECT);
	CHECK(accept_turn_next(turn, 1) == 3);
	accept_turn_set_state(turn, 3, ACCEPT_PAUSED);
	accept_turn_set_state(turn, 0, ACCEPT_ABSENT);
	/* Unless it is the only worker that can accept. */
	CHECK(accept_turn_next(turn, 1) == 1);
	accept_turn_close(turn);
}

static void
test_a_turn_not_taken_goes_to_another(void)
{
	struct accept_turn *turn = turn_new();

	accept_turn_took(turn, 0);
	accept_turn_hand(turn, 1);
	CHECK(was_told(turn, 1) && !was_told(turn, 2));
	CHECK(accept_turn_rescue(turn));
	CHECK(was_told(turn, 2) && !was_told(turn, 3));
	/* A worker is suspected until it reports itself. */
	CHECK(accept_turn_next(turn, 0) == 2);
	accept_turn_took(turn, 2);
	accept_turn_took(turn, 3);
	accept_turn_took(turn, 0);
	CHECK(accept_turn_next(turn, 3) == 2);
	accept_turn_set_state(turn, 1, ACCEPT_IDLE);
	CHECK(accept_turn_next(turn, 3) == 1);
	accept_turn_close(turn);
}

static void
test_nobody_is_left(void)
{
	struct accept_turn *turn = turn_new();
	unsigned i;

	for (i = 0; i < SLOTS; i++)
		accept_turn_set_state(turn, i, ACCEPT_PAUSED);
	CHECK(!accept_turn_rescue(turn));
	accept_turn_close(turn);
}

/*
 * A worker that is woken for another reason has no turn, and no other worker
 * loses its turn.
 */
static void
test_a_worker_is_woken_without_a_turn(void)
{
	struct accept_turn *turn = turn_new();

	accept_turn_wake(turn, 2);
	CHECK(was_told(turn, 2) && !accept_turn_is_of(turn, 2));
	accept_turn_hand(turn, 1);
	CHECK(accept_turn_is_of(turn, 1) && !accept_turn_is_of(turn, 2));
	accept_turn_wake(turn, 2);
	CHECK(accept_turn_is_of(turn, 1));
	accept_turn_took(turn, 1);
	CHECK(!accept_turn_is_of(turn, 1));
	accept_turn_close(turn);
}

int
main(void)
{
	UNIT_RUN(test_idle_workers_in_ring_order);
	UNIT_RUN(test_busy_workers_are_passed_over);
	UNIT_RUN(test_never_who_accepted_last);
	UNIT_RUN(test_a_turn_not_taken_goes_to_another);
	UNIT_RUN(test_nobody_is_left);
	UNIT_RUN(test_a_worker_is_woken_without_a_turn);
	return unit_end();
}
