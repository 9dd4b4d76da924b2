/*
 * Measures the session cache: 1,000,000 calls by 4 processes, one put for every
 * three look-ups. The first run uses its own locks, one for each shard; the
 * second run adds one lock around all calls, like a cache with a single lock.
 * Then it measures the memory of a full cache.
 *
 * Prints figures only; this is not a test.
 */
#include <sys/mman.h>

#include "foundation/shlock.h"
#include "session.h"

#define PROCESSES     4
#define CALLS	      1000000
#define SESSIONS      20480
#define SESSION_BYTES 200 /* TLS 1.2 without a client certificate */

struct bench {
	struct session_cache *cache;
	struct shlock *lock; /* NULL: only the locks of the cache */
	uint64_t seed;
};

static void
bench_call(struct bench *bench, uint64_t number, bool put)
{
	uint8_t data[SESSION_BYTES_MAX];
	struct session_id id = session_id(number);

	memset(data, (int)number, SESSION_BYTES);
	if (bench->lock != NULL)
		while (shlock_lock(bench->lock) == SHLOCK_BUSY)
			;
	if (put)
		session_cache_put(bench->cache, id.bytes, sizeof(id.bytes),
		    data, SESSION_BYTES, FOREVER);
	else
		session_cache_get(bench->cache, id.bytes, sizeof(id.bytes),
		    data, sizeof(data), 1, false);
	if (bench->lock != NULL)
		shlock_unlock(bench->lock);
}

static void
bench_process(void *arg)
{
	struct bench *bench = arg;
	uint64_t random = bench->seed, n;

	for (n = 0; n < CALLS / PROCESSES; n++)
		bench_call(bench, unit_below(&random, SESSIONS), n % 4 == 0);
}

/* Returns milliseconds. */
static double
bench_run(struct session_cache *cache, struct shlock *lock)
{
	struct bench benches[PROCESSES];
	pid_t pid[PROCESSES];
	double start = unit_now_ms();
	int i;

	for (i = 0; i < PROCESSES; i++) {
		benches[i] = (struct bench){ cache, lock, (uint64_t)i + 1 };
		pid[i] = unit_fork(bench_process, &benches[i]);
	}
	for (i = 0; i < PROCESSES; i++)
		CHECK(unit_reap(pid[i]));
	return unit_now_ms() - start;
}

static double
bench_call_ns(struct session_cache *cache, bool put)
{
	struct bench bench = { .cache = cache };
	double start = unit_now_ms();
	uint64_t n;

	for (n = 0; n < SESSIONS * 10; n++)
		bench_call(&bench, n % SESSIONS, put);
	return (unit_now_ms() - start) * 1e6 / (SESSIONS * 10);
}

static size_t
resident_bytes(void *memory, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), i, resident = 0;
	size_t pages = (size + page - 1) / page;
	unsigned char *there = malloc(pages);

	CHECK(there != NULL && mincore(memory, size, there) == 0);
	for (i = 0; i < pages; i++)
		resident += there[i] & 1;
	free(there);
	return resident * page;
}

int
main(void)
{
	struct session_limits limits = session_limits(SESSIONS);
	size_t size = session_cache_size(limits);
	void *memory = unit_share(size);
	struct session_cache *cache = session_cache_init(memory, size, limits);
	struct shlock *lock = unit_share(sizeof(*lock));
	double put_ns, sharded_ms, single_ms;

	CHECK(cache != NULL && shlock_init(lock) == 0);
	put_ns = bench_call_ns(cache, true);
	printf("put %.0f ns, look-up %.0f ns, alone\n", put_ns,
	    bench_call_ns(cache, false));
	sharded_ms = bench_run(cache, NULL);
	single_ms = bench_run(cache, lock);
	printf("%d calls by %d processes: a lock a shard %.0f ms, one lock "
	       "%.0f ms (ratio %.2f)\n",
	    CALLS, PROCESSES, sharded_ms, single_ms, sharded_ms / single_ms);
	printf("%llu sessions of %d bytes: %zu KiB mapped, %zu KiB in use\n",
	    (unsigned long long)session_counts(cache).items, SESSION_BYTES,
	    size / 1024, resident_bytes(memory, size) / 1024);
	return 0;
}
