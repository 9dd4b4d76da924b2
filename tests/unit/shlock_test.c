/* Locks between processes: death and stop of the holder. */
#include <signal.h>

#include "foundation/shlock.h"
#include "unit.h"

#define PROCESSES 4
#define TURNS	  20000

struct guarded {
	struct shlock lock;
	uint64_t n; /* not atomic: the lock protects it */
};

static void
hold(void *arg)
{
	struct guarded *guarded = arg;

	CHECK(shlock_lock(&guarded->lock) == SHLOCK_HELD);
	raise(SIGSTOP);
	shlock_unlock(&guarded->lock);
}

/* A process that is stopped while it holds the lock. */
static pid_t
stopped_holder(struct guarded *guarded)
{
	pid_t pid = unit_fork(hold, guarded);
	int status;

	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	return pid;
}

static struct guarded *
guarded_new(void)
{
	struct guarded *guarded = unit_share(sizeof(*guarded));

	CHECK(shlock_init(&guarded->lock) == 0);
	return guarded;
}

static void
add(void *arg)
{
	struct guarded *guarded = arg;
	int i;

	for (i = 0; i < TURNS; i++) {
		while (shlock_lock(&guarded->lock) != SHLOCK_HELD)
			;
		guarded->n++;
		shlock_unlock(&guarded->lock);
	}
}

static void
test_excludes(void)
{
	struct guarded *guarded = guarded_new();
	pid_t pid[PROCESSES];
	int i;

	for (i = 0; i < PROCESSES; i++)
		pid[i] = unit_fork(add, guarded);
	for (i = 0; i < PROCESSES; i++)
		CHECK(unit_reap(pid[i]));
	CHECK(guarded->n == PROCESSES * TURNS);
}

static void
test_stopped_holder(void)
{
	struct guarded *guarded = guarded_new();
	pid_t pid = stopped_holder(guarded);
	double start = unit_now_ms(), ms;

	CHECK(shlock_try(&guarded->lock) == SHLOCK_BUSY);
	CHECK(shlock_lock(&guarded->lock) == SHLOCK_BUSY);
	ms = unit_now_ms() - start;
	printf("# waited %.2f ms\n", ms);
	CHECK(ms >= SHLOCK_WAIT_MS && ms < 2000);
	/* No later call waits. */
	start = unit_now_ms();
	CHECK(shlock_lock(&guarded->lock) == SHLOCK_BUSY);
	CHECK(unit_now_ms() - start < SHLOCK_WAIT_MS);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(unit_reap(pid));
	CHECK(shlock_try(&guarded->lock) == SHLOCK_HELD);
	shlock_unlock(&guarded->lock);
}

static void
hold_without_processor(void *arg)
{
	struct guarded *guarded = arg;

	CHECK(shlock_lock(&guarded->lock) == SHLOCK_HELD);
	guarded->n = 1;
	usleep(10 * 1000);
	shlock_unlock(&guarded->lock);
}

/* A holder that gets no processor for a while does not count as stopped. */
static void
test_slow_holder(void)
{
	struct guarded *guarded = guarded_new();
	pid_t pid = unit_fork(hold_without_processor, guarded);

	while (*(volatile uint64_t *)&guarded->n == 0)
		;
	CHECK(shlock_lock(&guarded->lock) == SHLOCK_HELD);
	shlock_unlock(&guarded->lock);
	CHECK(unit_reap(pid));
}

static void
test_dead_holder(void)
{
	struct guarded *guarded = guarded_new();
	pid_t pid = stopped_holder(guarded);

	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(!unit_reap(pid));
	CHECK(shlock_lock(&guarded->lock) == SHLOCK_OWNER_DIED);
	shlock_repaired(&guarded->lock);
	shlock_unlock(&guarded->lock);
	CHECK(shlock_lock(&guarded->lock) == SHLOCK_HELD);
	shlock_unlock(&guarded->lock);
}

static void
die_before_repair(void *arg)
{
	struct guarded *guarded = arg;

	CHECK(shlock_try(&guarded->lock) == SHLOCK_OWNER_DIED);
	raise(SIGKILL);
}

/* The process that should repair dies, too: the next locker is told again. */
static void
test_dead_repairer(void)
{
	struct guarded *guarded = guarded_new();
	pid_t pid = stopped_holder(guarded);

	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(!unit_reap(pid));
	CHECK(!unit_reap(unit_fork(die_before_repair, guarded)));
	CHECK(!unit_reap(unit_fork(die_before_repair, guarded)));
	CHECK(shlock_try(&guarded->lock) == SHLOCK_OWNER_DIED);
	shlock_repaired(&guarded->lock);
	shlock_unlock(&guarded->lock);
	CHECK(shlock_lock(&guarded->lock) == SHLOCK_HELD);
	shlock_unlock(&guarded->lock);
}

/* Another process waits while the holder dies. */
static void
test_death_wakes_who_waits(void)
{
	struct guarded *guarded = guarded_new();
	pid_t pid = stopped_holder(guarded);
	enum shlock_result result;
	int i;

	CHECK(kill(pid, SIGKILL) == 0);
	for (i = 0; i < 1000; i++)
		if ((result = shlock_lock(&guarded->lock)) != SHLOCK_BUSY ||
		    usleep(1000) == -1)
			break;
	CHECK(result == SHLOCK_OWNER_DIED);
	shlock_repaired(&guarded->lock);
	shlock_unlock(&guarded->lock);
	CHECK(!unit_reap(pid));
}

int
main(void)
{
	UNIT_RUN(test_excludes);
	UNIT_RUN(test_slow_holder);
	UNIT_RUN(test_stopped_holder);
	UNIT_RUN(test_dead_holder);
	UNIT_RUN(test_dead_repairer);
	UNIT_RUN(test_death_wakes_who_waits);
	return unit_end();
}
