/*
 * The session cache when a process dies at any instruction in it. A child
 * works in the cache and is run one machine instruction at a time. Whenever it
 * has changed the shared memory, the test acts as the next locker on that
 * memory, as if the child had died: with the lock marked as the kernel marks
 * locks of dead processes (set_robust_list(2)). Then the memory is put back,
 * and the child goes on. So one run of an operation tests every store, and the
 * test need not know where the stores are.
 *
 * For a sample of these moments the test proves that the kernel makes the same
 * mark: the child is killed, and all bytes of the memory must be the same.
 *
 *	session_step_test [KILLS [SEED]]
 *
 * KILLS is the number of children that are killed in each operation, a fourth
 * of it in long operations. With more than 100, long operations are tested at
 * every store; otherwise, of the stores that only copy or wipe many bytes, only
 * a sample is tested.
 */
#include <linux/futex.h>

#include <signal.h>

#include "session.h"
#include "step.h"

#define LIMIT	      8
#define CACHE_LINE    64
#define STEPS_MAX     2000000
#define STEPS_LONG    10000
#define STORES_DENSE  2000
#define SESSION_BYTES 300
/* Sessions that are put into the cache while no child works in it. */
#define SPARE 900

static uint64_t kills, seed;

/* The cache under test, and its memory before the operation. */
static struct session_cache *cache;
static uint8_t *memory, *base, *moment, *expected;
static size_t memory_size;
static struct session_limits limits;

/* The child's work; its data is made before, so that this is not stepped. */
static uint8_t put_data[SESSION_BYTES_MAX];
static struct session_id put_id;

/* An operation on a cache that contains sessions 1 to LIMIT, version 1. */
struct operation {
	const char *name;
	void (*run)(void);
	uint64_t subject; /* the session that is put, taken or removed */
	size_t put_size;
	uint64_t evicts; /* sessions 1 to this one may be gone as well */
	size_t held_size; /* size of the sessions that are there before */
	bool removes; /* sessions were removed before and must be gone */
};

static void
run_put(void)
{
	session_cache_put(cache, put_id.bytes, sizeof(put_id.bytes), put_data,
	    *(uint64_t *)(put_data + 16), FOREVER);
}

static void
run_get_as(bool take, int64_t now_s)
{
	static uint8_t data[SESSION_BYTES_MAX];

	session_cache_get(cache, put_id.bytes, sizeof(put_id.bytes), data,
	    sizeof(data), now_s, take);
}

static void
run_get(void)
{
	run_get_as(false, 1);
}

static void
run_take(void)
{
	run_get_as(true, 1);
}

static void
run_time_out(void)
{
	run_get_as(false, 5000);
}

static void
run_remove(void)
{
	session_cache_remove(cache, put_id.bytes, sizeof(put_id.bytes));
}

static const struct operation operations[] = {
	{ "put", run_put, 100, SESSION_BYTES, 1, SESSION_BYTES, false },
	/* Eight sessions of 14,000 bytes fill the ring. */
	{ "put that evicts three", run_put, 100, SESSION_BYTES_MAX, 3, 14000,
	    false },
	{ "replace", run_put, 5, SESSION_BYTES, 0, SESSION_BYTES, false },
	{ "get", run_get, 5, 0, 0, SESSION_BYTES, false },
	{ "take", run_take, 5, 0, 0, SESSION_BYTES, false },
	{ "time out", run_time_out, 5, 0, 0, SESSION_BYTES, false },
	{ "remove the oldest", run_remove, 1, 0, 0, SESSION_BYTES, false },
	{ "remove", run_remove, 5, 0, 0, SESSION_BYTES, false },
	{ "remove the newest", run_remove, LIMIT, 0, 0, SESSION_BYTES, false },
	{ "miss", run_get, 200, 0, 0, SESSION_BYTES, false },
};

/* One shard, or two; more shards would add nothing new. */
static void
cache_new(size_t shards)
{
	limits.sessions = shards == 1 ? LIMIT : 512;
	limits.bytes = shards * SESSION_CACHE_BYTES_MIN;
	memory_size = session_cache_size(limits);
	memory = unit_share(memory_size);
	cache = session_cache_init(memory, memory_size, limits);
	base = malloc(memory_size);
	moment = malloc(memory_size);
	expected = malloc(memory_size);
	CHECK(cache != NULL && base != NULL && moment != NULL &&
	    expected != NULL);
}

static void
cache_free(void)
{
	munmap(memory, memory_size);
	free(base);
	free(moment);
	free(expected);
}

/* Session 5 has a short lifetime. */
static void
cache_fill(const struct operation *operation)
{
	uint64_t i;

	/* Let the end of the ring fall into the next session. */
	for (i = 0; i < 3; i++)
		session_put(cache, SPARE + i, 1, 30000, FOREVER);
	for (i = 0; i < 3; i++)
		session_remove(cache, SPARE + i);
	for (i = 1; i <= LIMIT; i++)
		CHECK(session_put(cache, i, 1, operation->held_size,
		    i == 5 ? 4000 : FOREVER));
	put_id = session_id(operation->subject);
	if (operation->put_size > 0)
		session_fill(
		    put_data, operation->put_size, operation->subject, 2);
	CHECK(session_cache_check(cache) == 0);
	memcpy(base, memory, memory_size);
}

/* Steps until the shared memory changes. False: the child ended before. */
static bool
child_step_to_store(pid_t pid, uint64_t *steps)
{
	memcpy(moment, memory, memory_size);
	do {
		if (!step_once(pid))
			return false;
		CHECK(++*steps < STEPS_MAX);
	} while (memcmp(moment, memory, memory_size) == 0);
	return true;
}

/*
 * Does what the kernel does with the locks of a dead process. The locks are at
 * the beginning of cache lines.
 */
static bool
mark_locks_of(pid_t pid)
{
	uint32_t *word;
	size_t at;
	bool held = false;

	for (at = 0; at < memory_size; at += CACHE_LINE) {
		word = (uint32_t *)(void *)(memory + at);
		if ((*word & FUTEX_TID_MASK) != (uint32_t)pid)
			continue;
		*word = (*word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
		held = true;
	}
	return held;
}

/* If there are two shards, one of them must be unchanged. */
static void
check_other_shard(void)
{
	size_t stride = (memory_size - CACHE_LINE) / 2;
	uint8_t *first = memory + CACHE_LINE, *was = base + CACHE_LINE;

	if (limits.sessions == LIMIT)
		return;
	CHECK(memory_size == CACHE_LINE + 2 * stride);
	CHECK(memcmp(first, was, stride) == 0 ||
	    memcmp(first + stride, was + stride, stride) == 0);
}

/* Acts as the next locker: the cache must be whole and usable. */
static void
check_after(const struct operation *operation)
{
	uint64_t i, version;

	CHECK(session_cache_check(cache) == 0);
	check_other_shard();
	for (i = 1; i <= LIMIT; i++) {
		version = session_get(cache, i, 1, false);
		if (operation->removes && i <= operation->evicts)
			CHECK(version == 0);
		else if (i == operation->subject)
			CHECK(version <= 2);
		else if (i > operation->evicts)
			CHECK(version == 1);
		else
			CHECK(version <= 1);
	}
	version = session_get(cache, operation->subject, 1, false);
	CHECK(version <= (operation->put_size > 0 ? 2 : 1));
	CHECK(session_put(cache, SPARE, 9, 500, FOREVER));
	CHECK(session_get(cache, SPARE, 1, false) == 9);
	session_remove(cache, SPARE);
	CHECK(session_get(cache, SPARE, 1, false) == 0);
	CHECK(session_cache_check(cache) == 0);
}

/*
 * Tests the memory as if the child died now, and puts it back. Returns whether
 * the child had a lock. If a process had died before, its repair is done again
 * and may have been counted already.
 */
static bool
try_death(pid_t pid, const struct operation *operation, bool after_death)
{
	uint64_t repairs;
	bool held;

	memcpy(moment, memory, memory_size);
	held = mark_locks_of(pid);
	check_after(operation);
	repairs = session_counts(cache).repairs;
	CHECK(after_death ? repairs == 1 || repairs == 2 : repairs == held);
	memcpy(memory, moment, memory_size);
	return held;
}

struct stores {
	uint64_t steps;
	uint64_t all;
	uint64_t locked; /* number of tested stores with the lock held */
};

/* Tests a whole operation. The memory is base before and after. */
static struct stores
step_through(const struct operation *operation, bool after_death)
{
	struct stores stores = { 0 };
	pid_t pid = step_child(operation->run);
	bool held, was_held = false;

	while (child_step_to_store(pid, &stores.steps)) {
		stores.all++;
		if (kills <= 100 && stores.all > STORES_DENSE &&
		    stores.all % 16 != 0)
			continue;
		held = try_death(pid, operation, after_death);
		/* The stores from the lock to the unlock, without a gap. */
		CHECK(!held || was_held || stores.locked == 0);
		was_held = held;
		stores.locked += held;
	}
	check_after(operation);
	memcpy(memory, base, memory_size);
	return stores;
}

/* Runs a child up to this number of stores; it may have the lock then. */
static pid_t
child_in_the_middle(const struct operation *operation, uint64_t store)
{
	pid_t pid = step_child(operation->run);
	uint64_t steps = 0;

	while (store-- > 0)
		CHECK(child_step_to_store(pid, &steps));
	return pid;
}

/* Kills a child after this number of stores; the memory must be expected. */
static void
kill_at(const struct operation *operation, uint64_t store)
{
	pid_t pid = child_in_the_middle(operation, store);

	memcpy(moment, memory, memory_size);
	mark_locks_of(pid);
	memcpy(expected, memory, memory_size);
	memcpy(memory, moment, memory_size);
	step_kill(pid);
	CHECK(memcmp(memory, expected, memory_size) == 0);
	check_after(operation);
	memcpy(memory, base, memory_size);
}

static void
kill_sample(const struct operation *operation, struct stores stores)
{
	uint64_t i, count = kills;

	if (stores.steps > STEPS_LONG)
		count = (kills + 3) / 4;
	for (i = 1; count >= stores.all && i <= stores.all; i++)
		kill_at(operation, i);
	for (i = 0; count < stores.all && i < count; i++)
		kill_at(operation, 1 + unit_below(&seed, stores.all));
}

static void
print_stores(const char *name, struct stores stores)
{
	printf("# %s: %" PRIu64 " instructions, %" PRIu64 " stores, %" PRIu64
	       " of them locked\n",
	    name, stores.steps, stores.all, stores.locked);
	CHECK(stores.locked > 0);
}

static void
step_operation(const struct operation *operation, size_t shards)
{
	struct stores stores;

	cache_new(shards);
	cache_fill(operation);
	stores = step_through(operation, false);
	print_stores(operation->name, stores);
	kill_sample(operation, stores);
	cache_free();
}

static void
test_operations_in_one_shard(void)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		step_operation(&operations[i], 1);
}

static void
test_operations_leave_other_shards_alone(void)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (operations[i].held_size == SESSION_BYTES)
			step_operation(&operations[i], 2);
}

static const struct operation *
find_operation(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	CHECK(false);
}

/* The process that repairs dies, too; it wanted another session. */
static struct stores
step_repair(const struct operation *first)
{
	struct operation repair = *first;
	struct stores stores;

	memcpy(base, memory, memory_size);
	put_id = session_id(6);
	repair.run = run_get;
	stores = step_through(&repair, true);
	kill_sample(&repair, stores);
	return stores;
}

static void
test_repairs(void)
{
	static const char *const names[] = { "put", "replace", "take",
		"remove the oldest", "remove" };
	const struct operation *first;
	struct stores stores = { 0 };
	uint64_t store;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		first = find_operation(names[i]);
		/* All operations have more than 20 stores. */
		for (store = 4; store < 20; store += 8) {
			cache_new(1);
			cache_fill(first);
			step_kill(child_in_the_middle(first, store));
			stores = step_repair(first);
			cache_free();
		}
		print_stores(first->name, stores);
	}
}

/* The first count sessions are removed while the holder of the lock dies. */
static void
step_removals(uint64_t count)
{
	struct operation first = *find_operation("get");
	struct stores stores;
	uint64_t i;
	pid_t pid;

	cache_new(1);
	cache_fill(&first);
	pid = child_in_the_middle(&first, 4);
	first.removes = true;
	first.subject = 1;
	for (i = 1; i <= count; i++)
		session_remove(cache, i);
	CHECK(session_counts(cache).busy == count);
	first.evicts = count;
	step_kill(pid);
	stores = step_repair(&first);
	print_stores("removals", stores);
	cache_free();
}

static void
test_removals_are_not_lost(void)
{
	step_removals(1);
	step_removals(5);
}

/* More removals than there are places for: the shard is emptied. */
static void
test_emptying(void)
{
	step_removals(LIMIT);
}

int
main(int argc, char *argv[])
{
	const char *reason = step_reason_to_skip();

	if (reason != NULL) {
		printf("1..0 # SKIP %s\n", reason);
		return 0;
	}
	kills = unit_number(argc, argv, 1, 2);
	seed = unit_number(argc, argv, 2, 20240503);
	printf("# %" PRIu64 " kills, seed %" PRIu64 "\n", kills, seed);
	UNIT_RUN(test_operations_in_one_shard);
	UNIT_RUN(test_operations_leave_other_shards_alone);
	UNIT_RUN(test_repairs);
	UNIT_RUN(test_removals_are_not_lost);
	UNIT_RUN(test_emptying);
	return unit_end();
}
