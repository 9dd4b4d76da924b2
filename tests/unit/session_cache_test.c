/*
 * The session cache: compared with a simple model in one process, then used by
 * four processes at once.
 *
 *	session_cache_test [OPERATIONS [SEED]]
 */
#include <errno.h>

#include "session.h"

#define NUMBERS	  600
#define PROCESSES 4

static uint64_t operations, seed;

/* The sessions in the cache from the oldest to the newest, and their places. */
struct model {
	struct session_limits limits;
	struct held {
		uint64_t number;
		uint64_t version;
		size_t size;
		uint64_t position;
		int64_t expires_s;
	} held[NUMBERS];
	size_t count;
	struct session_cache_counts counts;
	uint64_t versions;
	int64_t now_s;
};

static uint64_t
held_end(const struct held *held)
{
	return held->position + (held->size + 63) / 64 * 64;
}

static struct held *
model_find(struct model *model, uint64_t number)
{
	size_t i;

	for (i = 0; i < model->count; i++)
		if (model->held[i].number == number)
			return &model->held[i];
	return NULL;
}

static void
model_drop(struct model *model, struct held *held)
{
	struct held *end = &model->held[model->count--];

	memmove(held, held + 1, (size_t)(end - held - 1) * sizeof(*held));
}

/* Drops the oldest sessions until there is room after the newest. */
static void
model_put(struct model *model, struct session_cache *cache, uint64_t number,
    size_t size, int64_t expires_s)
{
	struct held new = { number, ++model->versions, size, 0, expires_s };
	struct held *held = model_find(model, number);

	CHECK(session_put(cache, number, new.version, size, expires_s));
	if (held != NULL)
		model_drop(model, held);
	while (model->count > 0) {
		new.position = held_end(&model->held[model->count - 1]);
		if (model->count < model->limits.sessions &&
		    held_end(&new) - model->held[0].position <=
			model->limits.bytes)
			break;
		model_drop(model, &model->held[0]);
		model->counts.evictions++;
		new.position = 0;
	}
	model->held[model->count++] = new;
	model->counts.inserts++;
}

static void
model_get(struct model *model, struct session_cache *cache, uint64_t number,
    bool take)
{
	struct held *held = model_find(model, number);
	bool good = held != NULL && held->expires_s >= model->now_s;
	struct session_id id = session_id(number);

	CHECK(session_cache_has(
		  cache, id.bytes, sizeof(id.bytes), model->now_s) == good);
	CHECK(session_get(cache, number, model->now_s, take) ==
	    (good ? held->version : 0));
	if (held == NULL)
		model->counts.misses++;
	else if (good)
		model->counts.hits++;
	else
		model->counts.timeouts++;
	if (held != NULL && (take || !good))
		model_drop(model, held);
}

static void
model_remove(struct model *model, struct session_cache *cache, uint64_t number)
{
	struct held *held = model_find(model, number);

	session_remove(cache, number);
	if (held != NULL)
		model_drop(model, held);
}

static void
model_step(struct model *model, struct session_cache *cache, uint64_t *random)
{
	uint64_t number = unit_below(random, NUMBERS);

	switch (unit_below(random, 10)) {
	case 0:
	case 1:
	case 2:
	case 3:
		model_put(model, cache, number, session_any_size(random),
		    model->now_s + (int64_t)unit_below(random, 100));
		break;
	case 4:
		model_remove(model, cache, number);
		break;
	case 5:
		model_get(model, cache, number, true);
		break;
	case 6:
		model->now_s += (int64_t)unit_below(random, 4);
		break;
	default:
		model_get(model, cache, number, false);
	}
}

static void
model_compare(const struct model *model, struct session_cache *cache)
{
	struct session_cache_counts counts = session_counts(cache);

	CHECK(counts.items == model->count);
	CHECK(counts.inserts == model->counts.inserts);
	CHECK(counts.hits == model->counts.hits);
	CHECK(counts.misses == model->counts.misses);
	CHECK(counts.timeouts == model->counts.timeouts);
	CHECK(counts.evictions == model->counts.evictions);
	CHECK(counts.busy == 0 && counts.repairs == 0);
	CHECK(counts.too_large == 0);
}

static void
model_run(struct session_limits limits, uint64_t count)
{
	struct session_cache *cache = session_cache_of(limits);
	struct model model = { .limits = limits, .now_s = 1000 };
	uint64_t random = seed + limits.sessions, n;

	for (n = 0; n < count; n++) {
		model_step(&model, cache, &random);
		model_compare(&model, cache);
		if (n % (count / 50 + 1) == 0)
			CHECK(session_cache_check(cache) == 0);
	}
	CHECK(session_cache_check(cache) == 0);
	printf("# %zu sessions, %zu bytes: %" PRIu64 " inserts, %" PRIu64
	       " hits, %" PRIu64 " timeouts, %" PRIu64 " evictions\n",
	    limits.sessions, limits.bytes, model.counts.inserts,
	    model.counts.hits, model.counts.timeouts, model.counts.evictions);
	CHECK(model.counts.hits > 0 && model.counts.timeouts > 0);
}

/*
 * One shard, so that its oldest session is the oldest of all. First the number
 * of sessions is the limit, then the number of bytes, then both in turn.
 */
static void
test_model(void)
{
	model_run((struct session_limits){ 100, 10000000 }, operations / 3);
	model_run((struct session_limits){ 511, SESSION_CACHE_BYTES_MIN },
	    operations / 3);
	model_run((struct session_limits){ 180, SESSION_CACHE_BYTES_MIN },
	    operations - 2 * (operations / 3));
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
	/* A take with a buffer that is too small removes nothing. */
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

/* Nothing is left of the bytes of the entry, nor of its ID. */
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
		 * The tables of buckets and slots, which follow the struct:
		 * backwards from the first ID, and onwards over the others.
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
	_Atomic int64_t *now_s;
};

/* session_get checks that each session is whole. */
static void
hammer(void *arg)
{
	struct hammer *hammer = arg;
	struct session_cache *cache = hammer->cache;
	uint64_t random = hammer->seed, n, number;
	int64_t now_s;

	for (n = 0; n < operations / PROCESSES; n++) {
		number = unit_below(&random, 3000);
		now_s = *hammer->now_s;
		switch (unit_below(&random, 8)) {
		case 0:
		case 1:
			session_put(cache, number, n + 1,
			    session_any_size(&random),
			    now_s + (int64_t)unit_below(&random, 50));
			break;
		case 2:
			session_remove(cache, number);
			break;
		case 3:
			session_get(cache, number, now_s, true);
			break;
		default:
			session_get(cache, number, now_s, false);
		}
		if (unit_below(&random, 1000) == 0)
			++*hammer->now_s;
	}
}

static void
test_four_processes(void)
{
	struct session_cache *cache = session_cache_new(2000);
	struct hammer hammers[PROCESSES];
	struct session_cache_counts counts;
	_Atomic int64_t *now_s = unit_share(sizeof(*now_s));
	pid_t pid[PROCESSES];
	int i;

	for (i = 0; i < PROCESSES; i++) {
		hammers[i].cache = cache;
		hammers[i].seed = seed + 10 + (uint64_t)i;
		hammers[i].now_s = now_s;
		pid[i] = unit_fork(hammer, &hammers[i]);
	}
	for (i = 0; i < PROCESSES; i++)
		CHECK(unit_reap(pid[i]));
	CHECK(session_cache_check(cache) == 0);
	counts = session_counts(cache);
	CHECK(counts.repairs == 0);
	printf("# %" PRIu64 " hits, %" PRIu64 " misses, %" PRIu64
	       " timeouts, %" PRIu64 " evictions, %" PRIu64 " busy\n",
	    counts.hits, counts.misses, counts.timeouts, counts.evictions,
	    counts.busy);
	CHECK(counts.timeouts > 0);
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

/* Of several processes that take a session, one gets it. */
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
	/* It is still there only if all of them met a busy shard. */
	CHECK(missed == session_counts(cache).items);
}

int
main(int argc, char *argv[])
{
	operations = unit_number(argc, argv, 1, 1000000);
	seed = unit_number(argc, argv, 2, 20240501);
	printf(
	    "# %" PRIu64 " operations, seed %" PRIu64 "\n", operations, seed);
	UNIT_RUN(test_model);
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
