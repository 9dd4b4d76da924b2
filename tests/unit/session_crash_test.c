/*
 * The session cache when processes are killed or stopped inside it.
 *
 *	session_crash_test [ROUNDS [SEED]]
 */
#include <signal.h>

#include "foundation/shlock.h"
#include "session.h"
#include "sessions/session_ring.h"

#define LIMIT	    8
#define STEPS_MAX   1000
#define PENDING_MAX 7
#define HAMMERS	    2

static uint64_t rounds, seed;

/* This process gets the signal in its n-th critical step from now on. */
static int step_countdown, step_signal;
/* Wait in each critical section, so that more signals arrive in one. */
static unsigned step_spin;

void
session_cache_step(void)
{
	volatile unsigned spin;

	if (step_countdown > 0 && --step_countdown == 0)
		raise(step_signal);
	for (spin = 0; spin < step_spin; spin++)
		;
}

/* An operation on a cache that contains sessions 1 to LIMIT, version 1. */
struct operation {
	const char *name;
	void (*run)(struct session_cache *);
	uint64_t subject; /* the session that may have changed */
	uint64_t evicts; /* sessions 1 to this one may be gone as well */
};

static void
op_put(struct session_cache *cache)
{
	session_put(cache, 100, 2, 300, FOREVER);
}

static void
op_put_large(struct session_cache *cache)
{
	session_put(cache, 100, 2, SESSION_BYTES_MAX, FOREVER);
}

static void
op_replace(struct session_cache *cache)
{
	session_put(cache, 5, 2, 300, FOREVER);
}

static void
op_get(struct session_cache *cache)
{
	CHECK(session_get(cache, 5, 1, false) == 1);
}

/* For use after a crash that may have removed session 5. */
static void
op_get_other(struct session_cache *cache)
{
	CHECK(session_get(cache, 6, 1, false) == 1);
}

static void
op_take(struct session_cache *cache)
{
	CHECK(session_get(cache, 5, 1, true) == 1);
}

static void
op_time_out(struct session_cache *cache)
{
	CHECK(session_get(cache, 5, 5000, true) == 0);
}

static void
op_remove(struct session_cache *cache)
{
	session_remove(cache, 5);
}

static void
op_remove_newest(struct session_cache *cache)
{
	session_remove(cache, LIMIT);
}

static const struct operation operations[] = {
	{ "put", op_put, 100, 1 },
	/* With sessions of 14000 bytes; eight of them fill the ring. */
	{ "put large", op_put_large, 100, 4 },
	{ "replace", op_replace, 5, 0 },
	{ "get", op_get, 5, 0 },
	{ "take", op_take, 5, 0 },
	{ "time out", op_time_out, 5, 0 },
	{ "remove", op_remove, 5, 0 },
	{ "remove newest", op_remove_newest, LIMIT, 0 },
};

/* The session in the middle has a short lifetime. */
static struct session_cache *
small_cache(size_t size)
{
	struct session_cache *cache = session_cache_new(LIMIT);
	uint64_t i;

	for (i = 0; i < 3; i++)
		session_put(cache, 200 + i, 1, 30000, FOREVER);
	for (i = 0; i < 3; i++)
		session_remove(cache, 200 + i);
	for (i = 1; i <= LIMIT; i++)
		CHECK(session_put(cache, i, 1, size, i == 5 ? 4000 : FOREVER));
	return cache;
}

struct victim {
	struct session_cache *cache;
	void (*run)(struct session_cache *);
	int step;
	int signal;
};

static void
victim(void *arg)
{
	struct victim *victim = arg;

	step_countdown = victim->step;
	step_signal = victim->signal;
	victim->run(victim->cache);
}

/* Returns true if the process was killed before the end of its operation. */
static bool
run_victim(
    struct session_cache *cache, void (*run)(struct session_cache *), int step)
{
	struct victim arg = { cache, run, step, SIGKILL };
	int status;
	pid_t pid = unit_fork(victim, &arg);

	CHECK(waitpid(pid, &status, 0) == pid);
	if (WIFEXITED(status))
		CHECK(WEXITSTATUS(status) == 0);
	return WIFSIGNALED(status);
}

/* Stops a process in the given step; it stays there, with the lock. */
static pid_t
stop_victim(
    struct session_cache *cache, void (*run)(struct session_cache *), int step)
{
	struct victim arg = { cache, run, step, SIGSTOP };
	int status;
	pid_t pid = unit_fork(victim, &arg);

	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	return pid;
}

static void
kill_and_reap(pid_t pid)
{
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(!unit_reap(pid));
}

/*
 * Checks the cache after the crash: it is whole and usable, and no session is
 * lost that the process was not changing.
 */
static void
check_after(struct session_cache *cache, const struct operation *operation)
{
	uint64_t i, version;

	CHECK(session_cache_check(cache) == 0);
	CHECK(session_counts(cache).repairs == 1);
	for (i = 1; i <= LIMIT; i++) {
		version = session_get(cache, i, 1, false);
		if (i == operation->subject)
			CHECK(version <= 2);
		else if (i > operation->evicts)
			CHECK(version == 1);
		else
			CHECK(version <= 1);
	}
	version = session_get(cache, operation->subject, 1, false);
	CHECK(version <= 2);
	CHECK(session_put(cache, 300, 9, 500, FOREVER));
	CHECK(session_get(cache, 300, 1, false) == 9);
	session_remove(cache, 300);
	CHECK(session_get(cache, 300, 1, false) == 0);
	CHECK(session_cache_check(cache) == 0);
}

static size_t
session_size_for(const struct operation *operation)
{
	return operation->run == op_put_large ? 14000 : 300;
}

static void
test_killed_at_each_step(void)
{
	const struct operation *operation;
	struct session_cache *cache;
	size_t i;
	int step;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		operation = &operations[i];
		for (step = 1; step < STEPS_MAX; step++) {
			cache = small_cache(session_size_for(operation));
			if (!run_victim(cache, operation->run, step))
				break;
			check_after(cache, operation);
			munmap(
			    cache, session_cache_size(session_limits(LIMIT)));
		}
		CHECK(step < STEPS_MAX);
		printf("# %s: %d steps\n", operation->name, step - 1);
		if (operation->run != op_get)
			CHECK(step > 5);
	}
}

/* The process that repairs is killed, too, at each of its steps. */
static void
test_killed_in_the_repair(void)
{
	struct session_cache *cache;
	int first, step, killed = 0;
	uint64_t i;

	for (first = 3; first <= 13; first += 5) {
		for (step = 1; step < STEPS_MAX; step++) {
			cache = small_cache(300);
			CHECK(run_victim(cache, op_replace, first));
			if (!run_victim(cache, op_get_other, step))
				break;
			killed++;
			CHECK(session_cache_check(cache) == 0);
			CHECK(session_counts(cache).repairs >= 1);
			for (i = 1; i <= LIMIT; i++)
				if (i != 5)
					CHECK(session_get(cache, i, 1, false) ==
					    1);
			munmap(
			    cache, session_cache_size(session_limits(LIMIT)));
		}
		CHECK(step < STEPS_MAX);
	}
	CHECK(killed > 0);
}

/* A removal is left for later, and the process that does it is killed. */
static void
test_removal_survives_who_honours_it(void)
{
	struct session_cache *cache;
	pid_t pid;
	int step;

	for (step = 1; step < STEPS_MAX; step++) {
		cache = small_cache(300);
		pid = stop_victim(cache, op_put, 3);
		session_remove(cache, 5);
		session_remove(cache, 7);
		kill_and_reap(pid);
		if (!run_victim(cache, op_get_other, step))
			break;
		CHECK(session_get(cache, 5, 1, false) == 0);
		CHECK(session_get(cache, 7, 1, false) == 0);
		CHECK(session_get(cache, 6, 1, false) == 1);
		CHECK(session_cache_check(cache) == 0);
		munmap(cache, session_cache_size(session_limits(LIMIT)));
	}
	CHECK(step > 10 && step < STEPS_MAX);
}

static int
compare_ms(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void
test_stopped_holder_delays_nobody(void)
{
	struct session_cache *cache = small_cache(300);
	struct session_cache_counts counts;
	pid_t pid = stop_victim(cache, op_put, 1);
	double start, ms[30];
	int i;

	for (i = 0; i < 30; i++) {
		start = unit_now_ms();
		if (i % 3 == 0)
			CHECK(session_get(cache, 5, 1, false) == 0);
		else if (i % 3 == 1)
			CHECK(!session_put(cache, 400, 1, 100, FOREVER));
		else
			session_remove(cache, 3);
		ms[i] = unit_now_ms() - start;
	}
	qsort(ms, 30, sizeof(ms[0]), compare_ms);
	printf("# a call took %.2f ms, at most %.2f\n", ms[15], ms[29]);
	/* Only the first call waits for the lock. */
	CHECK(ms[28] < SHLOCK_WAIT_MS && ms[29] < 2000);
	start = unit_now_ms();
	counts = session_counts(cache);
	CHECK(unit_now_ms() - start < 2000);
	CHECK(counts.busy == 30 && counts.misses == 0);

	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(unit_reap(pid));
	CHECK(session_get(cache, 3, 1, false) == 0);
	CHECK(session_get(cache, 400, 1, false) == 0);
	CHECK(session_get(cache, 5, 1, false) == 1);
	CHECK(session_get(cache, 100, 1, false) == 2);
	CHECK(session_cache_check(cache) == 0);
	CHECK(session_counts(cache).repairs == 0);
}

/* The stopped process puts the same session that others remove. */
static void
test_removal_beats_a_stopped_put(void)
{
	struct session_cache *cache = small_cache(300);
	pid_t pid = stop_victim(cache, op_replace, 20);

	session_remove(cache, 5);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(unit_reap(pid));
	CHECK(session_get(cache, 5, 1, false) == 0);
	CHECK(session_get(cache, 6, 1, false) == 1);
	CHECK(session_cache_check(cache) == 0);
}

/* Then the whole shard is emptied, including the sessions to be removed. */
static void
test_more_removals_than_places(void)
{
	struct session_cache *cache = small_cache(300);
	pid_t pid = stop_victim(cache, op_put, 3);
	uint64_t i;

	for (i = 1; i <= LIMIT; i++)
		session_remove(cache, i);
	CHECK(LIMIT > PENDING_MAX);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(unit_reap(pid));
	for (i = 1; i <= LIMIT; i++)
		CHECK(session_get(cache, i, 1, false) == 0);
	CHECK(session_put(cache, 1, 2, 300, FOREVER));
	CHECK(session_get(cache, 1, 1, false) == 2);
	CHECK(session_cache_check(cache) == 0);
}

/* Neither a stopped nor a killed process keeps a session from going. */
static void
test_emptied_under_a_holder(void)
{
	struct session_cache *cache = small_cache(300);
	pid_t pid = stop_victim(cache, op_put, 3);
	uint64_t i;
	double start = unit_now_ms();

	session_cache_empty(cache);
	CHECK(unit_now_ms() - start < SHLOCK_WAIT_MS);
	CHECK(session_counts(cache).busy == 0);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(unit_reap(pid));
	for (i = 1; i <= LIMIT; i++)
		CHECK(session_get(cache, i, 1, false) == 0);
	CHECK(session_put(cache, 1, 2, 300, FOREVER));
	kill_and_reap(stop_victim(cache, op_put, 3));
	session_cache_empty(cache);
	CHECK(session_counts(cache).items == 0);
	CHECK(session_get(cache, 1, 1, false) == 0);
	CHECK(session_put(cache, 1, 3, 300, FOREVER));
	CHECK(session_get(cache, 1, 1, false) == 3);
	CHECK(session_cache_check(cache) == 0);
}

static void
hammer(void *arg)
{
	struct session_cache *cache = arg;
	uint64_t random = seed ^ (uint64_t)getpid() << 20, number;

	step_spin = 40;
	for (;;) {
		number = unit_below(&random, 400);
		switch (unit_below(&random, 5)) {
		case 0:
		case 1:
			session_put(cache, number, 1, session_any_size(&random),
			    FOREVER);
			break;
		case 2:
			session_remove(cache, number);
			break;
		case 3:
			session_get(cache, number, 1, true);
			break;
		default:
			session_get(cache, number, 1, false);
		}
	}
}

static void
test_random_kills(void)
{
	struct session_cache *cache = session_cache_new(600);
	struct session_cache_counts counts;
	uint64_t random = seed, round, i;
	pid_t pid[HAMMERS];
	struct timespec nap = { 0 };

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < HAMMERS; i++)
			pid[i] = unit_fork(hammer, cache);
		for (i = 0; i < HAMMERS; i++) {
			nap.tv_nsec = (long)unit_below(&random, 2000000);
			nanosleep(&nap, NULL);
			kill_and_reap(pid[i]);
		}
		CHECK(session_cache_check(cache) == 0);
		for (i = 0; i < 400; i += 7)
			session_get(cache, i, 1, false);
		CHECK(session_put(cache, 500, round + 1, 400, FOREVER));
		CHECK(session_get(cache, 500, 1, false) == round + 1);
		session_remove(cache, 500);
		CHECK(session_get(cache, 500, 1, false) == 0);
	}
	counts = session_counts(cache);
	printf("# %" PRIu64 " rounds, %" PRIu64 " repairs, %" PRIu64
	       " items left, %" PRIu64 " inserts\n",
	    rounds, counts.repairs, counts.items, counts.inserts);
	CHECK(rounds < 100 || counts.repairs > 0);
}

int
main(int argc, char *argv[])
{
	rounds = unit_number(argc, argv, 1, 300);
	seed = unit_number(argc, argv, 2, 20240502);
	printf("# %" PRIu64 " rounds, seed %" PRIu64 "\n", rounds, seed);
	UNIT_RUN(test_killed_at_each_step);
	UNIT_RUN(test_killed_in_the_repair);
	UNIT_RUN(test_removal_survives_who_honours_it);
	UNIT_RUN(test_stopped_holder_delays_nobody);
	UNIT_RUN(test_removal_beats_a_stopped_put);
	UNIT_RUN(test_more_removals_than_places);
	UNIT_RUN(test_emptied_under_a_holder);
	UNIT_RUN(test_random_kills);
	return unit_end();
}
