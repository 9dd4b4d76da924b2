/*
 * The session cache in one process: against a simple model, then by four
 * processes at once.
 *
 *	session_cache_test [OPERATIONS [SEED]]
 */
#include <errno.h>

#include "session.h"

#define MODEL_SIZE 600
#define PROCESSES  4

static uint64_t operations, seed;

/* What the cache should hold; order is the time of the last put. */
struct model {
	struct {
		bool there;
		uint64_t version;
		uint64_t order;
		int64_t expires_s;
	} entry[MODEL_SIZE];
	size_t count;
	uint64_t order;
	int64_t now_s;
};

static void
model_forget_oldest(struct model *model)
{
	size_t i, oldest = MODEL_SIZE;

	for (i = 0; i < MODEL_SIZE; i++)
		if (model->entry[i].there &&
		    (oldest == MODEL_SIZE ||
			model->entry[i].order < model->entry[oldest].order))
			oldest = i;
	CHECK(oldest < MODEL_SIZE);
	model->entry[oldest].there = false;
	model->count--;
}

static void
model_put(struct model *model, struct session_cache *cache, size_t i,
    size_t limit, size_t size, int64_t expires_s)
{
	uint64_t version = ++model->order;

	CHECK(session_put(cache, i, version, size, expires_s));
	if (model->entry[i].there)
		model->count--;
	model->entry[i].there = false;
	if (model->count == limit)
		model_forget_oldest(model);
	model->entry[i].there = true;
	model->entry[i].version = version;
	model->entry[i].order = version;
	model->entry[i].expires_s = expires_s;
	model->count++;
}

static void
model_get(struct model *model, struct session_cache *cache, size_t i, bool take)
{
	uint64_t expected = 0, version;

	if (model->entry[i].there && model->entry[i].expires_s >= model->now_s)
		expected = model->entry[i].version;
	version = session_get(cache, i, model->now_s, take);
	CHECK(version == expected);
	if (model->entry[i].there && (expected == 0 || take)) {
		model->entry[i].there = false;
		model->count--;
	}
}

/*
 * One shard whose ring never overflows: then the cache holds exactly the
 * newest `limit` sessions.
 */
static void
test_model_exact(void)
{
	const size_t limit = 200;
	struct session_limits limits = { limit, operations * 1024 };
	size_t size_bytes = session_cache_size(limits);
	struct session_cache *cache =
	    session_cache_init(unit_share(size_bytes), size_bytes, limits);
	struct model model = { .now_s = 1000 };
	uint64_t random = seed, n;
	size_t i;

	for (n = 0; n < operations; n++) {
		i = unit_below(&random, 300);
		switch (unit_below(&random, 10)) {
		case 0:
		case 1:
		case 2:
		case 3:
			model_put(&model, cache, i, limit,
			    SESSION_ROOM_MIN + unit_below(&random, 600),
			    model.now_s + (int64_t)unit_below(&random, 500));
			break;
		case 4:
			session_remove(cache, i);
			model.count -= model.entry[i].there;
			model.entry[i].there = false;
			break;
		case 5:
			model_get(&model, cache, i, true);
			break;
		case 6:
			model.now_s += (int64_t)unit_below(&random, 4);
			break;
		default:
			model_get(&model, cache, i, false);
		}
		CHECK(session_counts(cache).items == model.count);
		if (n % (operations / 4 + 1) == 0)
			CHECK(session_cache_check(cache) == 0);
	}
	CHECK(session_cache_check(cache) == 0);
	CHECK(session_counts(cache).repairs == 0);
}

/*
 * Sizes up to the largest: the ring overflows all the time. What is missing is
 * missing in order of age, and what the ring has room for is not missing.
 */
static void
test_model_bytes(void)
{
	const size_t limit = 200;
	struct session_cache *cache = session_cache_new(limit);
	static uint64_t put_at[MODEL_SIZE], sizes[MODEL_SIZE];
	uint64_t random = seed + 1, n, version, gone = 0, order = 0, bytes;
	size_t i, j, size;

	for (n = 0; n < operations / 2; n++) {
		i = unit_below(&random, MODEL_SIZE);
		if (unit_below(&random, 3) == 0) {
			size = session_any_size(&random);
			CHECK(session_put(cache, i, ++order, size, FOREVER));
			put_at[i] = order;
			sizes[i] = (size + 63) / 64 * 64;
			continue;
		}
		version = session_get(cache, i, 1, false);
		CHECK(version == 0 || version == put_at[i]);
		if (version != 0)
			CHECK(version > gone);
		else if (put_at[i] > gone)
			gone = put_at[i];
		if (version != 0 || put_at[i] == 0)
			continue;
		for (j = 0, bytes = 0, size = 0; j < MODEL_SIZE; j++)
			if (put_at[j] >= put_at[i]) {
				bytes += sizes[j];
				size++;
			}
		/* Those replaced meanwhile may have left gaps behind. */
		CHECK(size > limit / 4 || bytes > SESSION_BYTES_MAX);
	}
	CHECK(session_cache_check(cache) == 0);
	CHECK(session_counts(cache).evictions > 0);
}

static void
test_many_shards(void)
{
	const size_t limit = 20480;
	struct session_cache *cache = session_cache_new(limit);
	struct session_cache_counts counts;
	uint64_t i, found = 0;

	for (i = 0; i < limit; i++)
		CHECK(session_put(cache, i, i + 1, 200, FOREVER));
	for (i = 0; i < limit; i++)
		found += session_get(cache, i, 1, false) == i + 1;
	counts = session_counts(cache);
	CHECK(counts.items == found && counts.items <= limit);
	CHECK(counts.inserts == limit && counts.hits == found);
	CHECK(counts.misses == limit - found);
	CHECK(counts.evictions == limit - found);
	CHECK(found > limit * 95 / 100);
	for (i = 0; i < limit; i++)
		session_put(cache, limit + i, i + 1, 1200, FOREVER);
	CHECK(session_counts(cache).items <= limit);
	CHECK(session_cache_check(cache) == 0);
}

static void
test_limits_and_odd_arguments(void)
{
	struct session_cache *cache = session_cache_new(10);
	static uint8_t data[SESSION_BYTES_MAX + 1], copy[SESSION_BYTES_MAX];
	uint8_t id[SESSION_ID_MAX + 1] = { 1 };

	CHECK(!session_cache_put(cache, id, 0, data, 10, FOREVER));
	CHECK(!session_cache_put(cache, id, sizeof(id), data, 10, FOREVER));
	CHECK(!session_cache_put(cache, id, 4, data, 0, FOREVER));
	CHECK(!session_cache_put(cache, id, 4, data, sizeof(data), FOREVER));
	CHECK(session_counts(cache).too_large == 1);
	CHECK(session_cache_put(cache, id, 1, data, 1, FOREVER));
	CHECK(
	    session_cache_put(cache, id, 4, data, SESSION_BYTES_MAX, FOREVER));
	CHECK(
	    session_cache_get(cache, id, 1, copy, sizeof(copy), 1, false) == 1);
	CHECK(
	    session_cache_get(cache, id, 2, copy, sizeof(copy), 1, false) == 0);
	/* Too small a buffer takes nothing away. */
	CHECK(session_cache_get(
		  cache, id, 4, copy, SESSION_BYTES_MAX - 1, 1, true) == 0);
	CHECK(session_cache_get(cache, id, 4, copy, sizeof(copy), 1, true) ==
	    SESSION_BYTES_MAX);
	CHECK(
	    session_cache_get(cache, id, 4, copy, sizeof(copy), 1, true) == 0);
	session_cache_remove(cache, id, 0);
	session_cache_remove(cache, id, sizeof(id));
	CHECK(session_cache_check(cache) == 0);
}

static void
test_no_sessions(void)
{
	struct session_cache *cache = session_cache_new(0);

	CHECK(!session_put(cache, 1, 1, 100, FOREVER));
	CHECK(session_get(cache, 1, 1, false) == 0);
	session_remove(cache, 1);
	CHECK(session_counts(cache).items == 0);
	CHECK(session_cache_check(cache) == 0);
	CHECK(session_cache_size(session_limits(SIZE_MAX / 2)) == SIZE_MAX);
}

static void
test_one_session(void)
{
	struct session_cache *cache = session_cache_new(1);
	uint64_t i;

	for (i = 1; i < 50; i++) {
		CHECK(session_put(cache, i, i, SESSION_BYTES_MAX, FOREVER));
		CHECK(session_get(cache, i - 1, 1, false) == 0);
		CHECK(session_get(cache, i, 1, false) == i);
		CHECK(session_counts(cache).items == 1);
	}
	CHECK(session_cache_check(cache) == 0);
}

static void
test_timed_out_is_never_returned(void)
{
	struct session_cache *cache = session_cache_new(10);

	CHECK(session_put(cache, 1, 1, 100, 500));
	CHECK(session_get(cache, 1, 500, false) == 1);
	CHECK(session_get(cache, 1, 501, false) == 0);
	CHECK(errno == ETIME);
	CHECK(session_get(cache, 1, 1, false) == 0);
	CHECK(errno == ENOENT);
	CHECK(session_counts(cache).timeouts == 1);
	CHECK(session_counts(cache).misses == 1);
	CHECK(session_counts(cache).items == 0);
}

/* Neither in the entry's bytes nor its ID. */
static void
test_removed_is_wiped(void)
{
	struct session_limits limits = session_limits(10);
	size_t size = session_cache_size(limits), i;
	uint8_t *memory = unit_share(size);
	struct session_cache *cache = session_cache_init(memory, size, limits);
	struct session_id id = session_id(7);

	CHECK(session_put(cache, 7, 1, 1000, FOREVER));
	CHECK(memmem(memory, size, id.bytes, sizeof(id.bytes)) != NULL);
	session_remove(cache, 7);
	CHECK(memmem(memory, size, id.bytes, sizeof(id.bytes)) == NULL);
	CHECK(session_put(cache, 7, 2, 1000, FOREVER));
	CHECK(session_get(cache, 7, 1, true) == 2);
	for (i = size - SESSION_BYTES_MAX; i < size; i++)
		CHECK(memory[i] == 0);
	CHECK(session_cache_check(cache) == 0);
}

static void
test_corruption_is_bounded(void)
{
	const size_t limit = 100;
	struct session_limits limits = session_limits(limit);
	size_t size = session_cache_size(limits), at;
	uint8_t *memory = unit_share(size);
	struct session_cache *cache;
	uint64_t random = seed + 2, round, i, random_word;

	for (round = 0; round < 300; round++) {
		memset(memory, 0, size);
		cache = session_cache_init(memory, size, limits);
		for (i = 0; i < limit; i++)
			session_put(cache, i, 1, 100 + i, FOREVER);
		/*
		 * The tables of buckets and slots, behind the struct: from
		 * where the first ID stands back, and on over the others.
		 */
		struct session_id id = session_id(0);
		uint8_t *slot =
		    memmem(memory, size, id.bytes, sizeof(id.bytes));
		CHECK(slot != NULL);
		at = (size_t)(slot - memory) - 400 + unit_below(&random, 9000);
		random_word = unit_below(&random, 3) == 0
		    ? unit_below(&random, limit)
		    : unit_random(&random);
		memcpy(memory + (at & ~(size_t)3), &random_word, 4);
		for (i = 0; i < 3 * limit; i++) {
			session_get(
			    cache, unit_below(&random, limit), 1, false);
			session_put(cache, unit_below(&random, 2 * limit), 2,
			    SESSION_ROOM_MIN + unit_below(&random, 300),
			    FOREVER);
			session_remove(cache, unit_below(&random, 2 * limit));
		}
		CHECK(session_counts(cache).items <= limit);
	}
}

struct hammer {
	struct session_cache *cache;
	uint64_t seed;
};

static void
hammer(void *arg)
{
	struct hammer *hammer = arg;
	struct session_cache *cache = hammer->cache;
	uint64_t random = hammer->seed, n, number;

	for (n = 0; n < operations / PROCESSES; n++) {
		number = unit_below(&random, 3000);
		switch (unit_below(&random, 8)) {
		case 0:
		case 1:
			session_put(cache, number, n + 1,
			    session_any_size(&random), FOREVER);
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
test_four_processes(void)
{
	struct session_cache *cache = session_cache_new(2000);
	struct hammer hammers[PROCESSES];
	struct session_cache_counts counts;
	pid_t pid[PROCESSES];
	int i;

	for (i = 0; i < PROCESSES; i++) {
		hammers[i].cache = cache;
		hammers[i].seed = seed + 10 + (uint64_t)i;
		pid[i] = unit_fork(hammer, &hammers[i]);
	}
	for (i = 0; i < PROCESSES; i++)
		CHECK(unit_reap(pid[i]));
	CHECK(session_cache_check(cache) == 0);
	counts = session_counts(cache);
	CHECK(counts.repairs == 0);
	printf("# %" PRIu64 " hits, %" PRIu64 " misses, %" PRIu64
	       " evictions, %" PRIu64 " busy\n",
	    counts.hits, counts.misses, counts.evictions, counts.busy);
}

struct taker {
	struct session_cache *cache;
	_Atomic uint64_t *taken;
};

static void
taker(void *arg)
{
	struct taker *taker = arg;
	uint64_t i;

	for (i = 0; i < 1000; i++)
		if (session_get(taker->cache, i, 1, true) != 0)
			taker->taken[i]++;
}

/* Of any number of processes that take, one gets it. */
static void
test_take_is_exclusive(void)
{
	struct session_cache *cache = session_cache_new(20000);
	_Atomic uint64_t *taken = unit_share(1000 * sizeof(*taken));
	struct taker arg = { cache, taken };
	uint64_t i, missed = 0;
	pid_t pid[PROCESSES];

	for (i = 0; i < 1000; i++)
		CHECK(session_put(cache, i, 1, 200, FOREVER));
	for (i = 0; i < PROCESSES; i++)
		pid[i] = unit_fork(taker, &arg);
	for (i = 0; i < PROCESSES; i++)
		CHECK(unit_reap(pid[i]));
	for (i = 0; i < 1000; i++) {
		CHECK(taken[i] <= 1);
		missed += taken[i] == 0;
	}
	/* Only where all of them met a busy shard. */
	CHECK(missed == session_counts(cache).items);
}

int
main(int argc, char *argv[])
{
	operations = unit_number(argc, argv, 1, 200000);
	seed = unit_number(argc, argv, 2, 20240501);
	printf(
	    "# %" PRIu64 " operations, seed %" PRIu64 "\n", operations, seed);
	UNIT_RUN(test_model_exact);
	UNIT_RUN(test_model_bytes);
	UNIT_RUN(test_many_shards);
	UNIT_RUN(test_limits_and_odd_arguments);
	UNIT_RUN(test_no_sessions);
	UNIT_RUN(test_one_session);
	UNIT_RUN(test_timed_out_is_never_returned);
	UNIT_RUN(test_removed_is_wiped);
	UNIT_RUN(test_corruption_is_bounded);
	UNIT_RUN(test_four_processes);
	UNIT_RUN(test_take_is_exclusive);
	return unit_end();
}
