/* Slabs: blocks do not overlap, and any thread can free them. */
#include <pthread.h>
#include <stdatomic.h>

#include "foundation/slab.h"
#include "unit.h"

#define BLOCKS	  4000
#define ALIGNMENT 16

struct block {
	uint8_t *data;
	size_t size;
};

static struct block block[BLOCKS];

/* Fills a block with bytes that tell its owner. */
static void
fill(struct block *b)
{
	memset(b->data, (int)((b - block) % 251), b->size);
}

static bool
is_intact(const struct block *b, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (b->data[i] != (b - block) % 251)
			return false;
	return true;
}

static void
get(struct block *b, size_t size)
{
	b->size = size;
	CHECK((b->data = slab_alloc(size)) != NULL);
	CHECK((uintptr_t)b->data % ALIGNMENT == 0);
	fill(b);
}

static void
give_back(struct block *b)
{
	CHECK(is_intact(b, b->size));
	slab_free(b->data);
	b->data = NULL;
}

static void
resize(struct block *b, size_t size)
{
	size_t kept = size < b->size ? size : b->size;

	CHECK((b->data = slab_realloc(b->data, size)) != NULL);
	CHECK((uintptr_t)b->data % ALIGNMENT == 0);
	CHECK(is_intact(b, kept));
	b->size = size;
	fill(b);
}

/* Most sizes are small, like those of libcrypto. */
static size_t
some_size(uint64_t *seed)
{
	size_t most = (size_t)16 << unit_below(seed, 13);

	return 1 + (size_t)unit_below(seed, most);
}

static size_t
resident(void)
{
	FILE *in = fopen("/proc/self/statm", "r");
	char line[256], *rest;

	CHECK(in != NULL && fgets(line, sizeof(line), in) != NULL);
	fclose(in);
	strtoul(line, &rest, 10); /* the addresses */
	return strtoul(rest, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

/* Without slabs malloc(3) is used; free(3) gets such blocks later. */
static void
test_closed(void)
{
	get(&block[0], 100);
	resize(&block[0], 200);
	CHECK(!slab_has_spare());
	slab_trim();
}

static void
test_before(void)
{
	resize(&block[0], 300);
	give_back(&block[0]);
}

static void
test_nothing(void)
{
	void *data = slab_alloc(8);

	CHECK(slab_alloc(0) == NULL);
	slab_free(NULL);
	CHECK(slab_realloc(data, 0) == NULL);
	CHECK((data = slab_realloc(NULL, 8)) != NULL);
	slab_free(data);
}

static void
test_each_size(void)
{
	size_t size;

	for (size = 1; size <= SLAB_BLOCK_MAX + 1000; size++) {
		get(&block[0], size);
		get(&block[1], size);
		give_back(&block[0]);
		resize(&block[1], size + 1);
		give_back(&block[1]);
	}
}

static void
test_reuse(void)
{
	uint8_t *data = slab_alloc(100), *moved;

	slab_free(data);
	CHECK(slab_alloc(97) == data);
	CHECK(slab_realloc(data, 112) == data);
	CHECK((moved = slab_realloc(data, 113)) != data);
	slab_free(moved);
}

/* A realloc to a smaller size uses a smaller block. */
static void
test_shrink(void)
{
	uint8_t *data = slab_alloc(20000), *less = slab_realloc(data, 100);

	CHECK(less != NULL && less != data);
	slab_free(less);
}

static void
churn(uint64_t seed, int rounds)
{
	struct block *b;

	while (rounds-- > 0) {
		b = &block[unit_below(&seed, BLOCKS)];
		if (b->data == NULL)
			get(b, some_size(&seed));
		else if (unit_below(&seed, 4) == 0)
			resize(b, some_size(&seed));
		else
			give_back(b);
		if (rounds % 1000 == 0)
			slab_trim();
	}
}

static void
give_all_back(void)
{
	struct block *b;

	for (b = block; b < block + BLOCKS; b++)
		if (b->data != NULL)
			give_back(b);
}

static void
test_churn(void)
{
	churn(1, 300000);
	give_all_back();
}

static void
trim_all(void)
{
	int i;

	for (i = 0; i < 100 && slab_has_spare(); i++)
		slab_trim();
	CHECK(!slab_has_spare());
}

static void
test_memory_returns(void)
{
	size_t before, i, peak;

	trim_all();
	before = resident();
	for (i = 0; i < BLOCKS; i++)
		get(&block[i], 20000);
	peak = resident();
	CHECK(peak - before > BLOCKS * (size_t)20000);
	give_all_back();
	CHECK(slab_has_spare());
	/* Memory that was in use a moment ago is kept. */
	slab_trim();
	CHECK(resident() > peak - peak / 8);
	trim_all();
	CHECK(resident() < before + 1024 * 1024);
	/* The memory can be allocated again. */
	for (i = 0; i < BLOCKS; i++)
		get(&block[i], 20000);
	give_all_back();
}

static void
in_a_child(void *arg)
{
	churn(2, 100000);
	give_all_back();
	(void)arg;
}

/* A forked child has its parent's blocks; neither sees the other's changes. */
static void
test_fork(void)
{
	pid_t pid;

	churn(3, 10000);
	pid = unit_fork(in_a_child, NULL);
	churn(4, 10000);
	give_all_back();
	CHECK(unit_reap(pid));
}

/* Each thread frees a block that the other thread allocated. */
static _Atomic(uint8_t *) exchange;

static void *
other_thread(void *arg)
{
	uint64_t seed = 5, i;
	uint8_t *data, *mine;

	for (i = 0; i < 100000; i++) {
		CHECK((mine = slab_alloc(some_size(&seed))) != NULL);
		mine[0] = 77;
		data = atomic_exchange(&exchange, mine);
		if (data != NULL)
			CHECK(data[0] == 77);
		if (i % 3 == 0)
			data = slab_realloc(data, some_size(&seed));
		if (data != NULL)
			CHECK(i % 3 == 0 || data[0] == 77);
		slab_free(data);
	}
	return arg;
}

static void
test_threads(void)
{
	pthread_t thread[3];
	uint64_t seed = 6, i;
	uint8_t *data;
	size_t n;

	for (n = 0; n < 3; n++)
		CHECK(
		    pthread_create(&thread[n], NULL, other_thread, NULL) == 0);
	for (i = 0; i < 300000; i++) {
		CHECK((data = slab_alloc(some_size(&seed))) != NULL);
		data[0] = 77;
		data = atomic_exchange(&exchange, data);
		if (data != NULL)
			CHECK(data[0] == 77);
		slab_free(data);
	}
	for (n = 0; n < 3; n++)
		CHECK(pthread_join(thread[n], NULL) == 0);
	slab_free(atomic_load(&exchange));
	churn(7, 50000);
	give_all_back();
}

int
main(void)
{
	UNIT_RUN(test_closed);
	CHECK(slab_open());
	UNIT_RUN(test_before);
	UNIT_RUN(test_nothing);
	UNIT_RUN(test_each_size);
	UNIT_RUN(test_reuse);
	UNIT_RUN(test_shrink);
	UNIT_RUN(test_churn);
	UNIT_RUN(test_memory_returns);
	UNIT_RUN(test_fork);
	UNIT_RUN(test_threads);
	return unit_end();
}
