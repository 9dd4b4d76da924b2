/*
 * -naccept with several processes.
 *
 *	accept_quota_test [ROUNDS [SEED]]
 */
#include <signal.h>

#include "shared/accept_quota.h"
#include "step.h"
#include "unit.h"

#define SLOTS 4
#define LIMIT 1000
#define FEW   3
#define STEPS 10000

static uint64_t rounds, seed;

struct claimer {
	struct accept_quota *quota;
	unsigned slot;
	_Atomic uint64_t *used; /* for each slot */
	bool forever;
};

static struct accept_quota *
quota_new(int64_t limit)
{
	return accept_quota_init(
	    unit_share(accept_quota_size(SLOTS)), limit, SLOTS);
}

/* Works like a worker: after some claims there is nothing to accept. */
static void
claim_and_use(void *arg)
{
	struct claimer *claimer = arg;
	uint64_t random = seed + (uint64_t)getpid();

	while (claimer->forever || !accept_quota_exhausted(claimer->quota)) {
		if (!accept_quota_claim(claimer->quota, claimer->slot))
			continue;
		if (unit_below(&random, 3) == 0) {
			accept_quota_give_back(claimer->quota, claimer->slot);
			continue;
		}
		claimer->used[claimer->slot]++;
		accept_quota_use(claimer->quota, claimer->slot);
	}
}

static void
test_one_process(void)
{
	struct accept_quota *quota = quota_new(2);

	CHECK(!accept_quota_exhausted(quota));
	CHECK(accept_quota_claim(quota, 0));
	CHECK(accept_quota_claim(quota, 1));
	CHECK(!accept_quota_claim(quota, 2));
	CHECK(accept_quota_claim(quota, 1)); /* the same claim as before */
	accept_quota_give_back(quota, 1);
	accept_quota_give_back(quota, 1);
	CHECK(accept_quota_claim(quota, 2));
	CHECK(!accept_quota_claim(quota, 1));
	CHECK(!accept_quota_use(quota, 0));
	CHECK(!accept_quota_exhausted(quota));
	CHECK(accept_quota_use(quota, 2));
	CHECK(accept_quota_exhausted(quota));
	CHECK(!accept_quota_claim(quota, 0));
}

static void
test_unlimited(void)
{
	struct accept_quota *quota = quota_new(-1);
	int i;

	for (i = 0; i < 1000; i++) {
		CHECK(accept_quota_claim(quota, 1));
		CHECK(!accept_quota_use(quota, 1));
	}
	accept_quota_bury(quota, 1);
	CHECK(!accept_quota_exhausted(quota));
}

static void
test_buried_claim_counts_as_used(void)
{
	struct accept_quota *quota = quota_new(2);

	CHECK(accept_quota_claim(quota, 0));
	accept_quota_bury(quota, 0);
	accept_quota_bury(quota, 0);
	CHECK(accept_quota_claim(quota, 0)); /* by its successor */
	CHECK(!accept_quota_claim(quota, 1));
	accept_quota_bury(quota, 2); /* this slot had no claim */
	CHECK(!accept_quota_exhausted(quota));
	accept_quota_bury(quota, 0);
	CHECK(accept_quota_exhausted(quota));
}

static void
test_four_processes_use_it_exactly(void)
{
	struct accept_quota *quota = quota_new(LIMIT);
	_Atomic uint64_t *used = unit_share(SLOTS * sizeof(*used));
	struct claimer claimer[SLOTS];
	uint64_t sum = 0;
	pid_t pid[SLOTS];
	unsigned i;

	for (i = 0; i < SLOTS; i++) {
		claimer[i] = (struct claimer){ quota, i, used, false };
		pid[i] = unit_fork(claim_and_use, &claimer[i]);
	}
	for (i = 0; i < SLOTS; i++) {
		CHECK(unit_reap(pid[i]));
		sum += used[i];
	}
	CHECK(sum == LIMIT);
}

/*
 * Workers die at any point, are buried and replaced. There is never a
 * connection too many, and each death costs at most one.
 */
static void
test_killed_claimers(void)
{
	struct accept_quota *quota;
	_Atomic uint64_t *used = unit_share(SLOTS * sizeof(*used));
	struct claimer claimer[SLOTS];
	uint64_t random = seed, round, sum, kills, i;
	struct timespec nap = { 0 };
	pid_t pid[SLOTS];

	for (round = 0; round < rounds; round++) {
		quota = quota_new(LIMIT);
		for (i = 0; i < SLOTS; i++) {
			used[i] = 0;
			claimer[i] =
			    (struct claimer){ quota, (unsigned)i, used, true };
			pid[i] = unit_fork(claim_and_use, &claimer[i]);
		}
		for (kills = 0; kills < 10000; kills++) {
			nap.tv_nsec = (long)unit_below(&random, 50000);
			nanosleep(&nap, NULL);
			i = unit_below(&random, SLOTS);
			CHECK(kill(pid[i], SIGKILL) == 0);
			CHECK(!unit_reap(pid[i]));
			accept_quota_bury(quota, (unsigned)i);
			if (accept_quota_exhausted(quota))
				break;
			pid[i] = unit_fork(claim_and_use, &claimer[i]);
		}
		CHECK(accept_quota_exhausted(quota));
		for (i = 0, sum = 0; i < SLOTS; i++) {
			kill(pid[i], SIGKILL);
			waitpid(pid[i], NULL, 0);
			sum += used[i];
		}
		CHECK(sum <= LIMIT && sum + kills + 1 >= LIMIT);
		munmap(quota, accept_quota_size(SLOTS));
	}
}

/* What a stepped child does in slot 0 of this quota, of FEW. */
static struct accept_quota *stepped;

static void
step_claim(void)
{
	accept_quota_claim(stepped, 0);
}

static void
step_give_back(void)
{
	accept_quota_give_back(stepped, 0);
}

static void
step_use(void)
{
	accept_quota_use(stepped, 0);
}

/* Slot 1 takes all that it can get. */
static int
use_the_rest(void)
{
	int used = 0;

	while (used <= FEW && accept_quota_claim(stepped, 1)) {
		accept_quota_use(stepped, 1);
		used++;
	}
	return used;
}

/*
 * The child stands still between two instructions: it keeps one claim at most,
 * and the others use the rest. Then it is killed: all claims are used.
 */
static void
check_standstill(void)
{
	uint8_t moment[1024];
	size_t size = accept_quota_size(SLOTS);
	int used;

	CHECK(size <= sizeof(moment));
	memcpy(moment, stepped, size);
	used = use_the_rest();
	CHECK(used == FEW - 1 || used == FEW);
	accept_quota_bury(stepped, 0);
	CHECK(accept_quota_exhausted(stepped));
	CHECK(use_the_rest() == 0);
	memcpy(stepped, moment, size);
}

static void
step_through(void (*run)(void), bool claimed)
{
	pid_t pid;
	int steps = 0;

	stepped = quota_new(FEW);
	if (claimed)
		CHECK(accept_quota_claim(stepped, 0));
	pid = step_child(run);
	while (step_once(pid)) {
		CHECK(++steps < STEPS);
		check_standstill();
	}
	check_standstill();
	CHECK(steps > 0);
}

/* SIGSTOP or SIGKILL, wherever it meets a worker. */
static void
test_a_stopped_claimer_stops_nobody(void)
{
	step_through(step_claim, false);
	step_through(step_claim, true);
	step_through(step_give_back, true);
	step_through(step_use, true);
}

int
main(int argc, char *argv[])
{
	const char *reason = step_reason_to_skip();

	rounds = unit_number(argc, argv, 1, 30);
	seed = unit_number(argc, argv, 2, 20240503);
	printf("# %" PRIu64 " rounds, seed %" PRIu64 "\n", rounds, seed);
	UNIT_RUN(test_one_process);
	UNIT_RUN(test_unlimited);
	UNIT_RUN(test_buried_claim_counts_as_used);
	UNIT_RUN(test_four_processes_use_it_exactly);
	UNIT_RUN(test_killed_claimers);
	if (reason == NULL)
		UNIT_RUN(test_a_stopped_claimer_stops_nobody);
	else
		printf("# no stepping: %s\n", reason);
	return unit_end();
}
