/*
 * One range of addresses is reserved at the start, before any fork. A block
 * whose address is in the range is one of a slab, and any other block is
 * malloc's. So a block needs no header. The slabs follow each other in the
 * range, and a table describes them: if the descriptions were at the heads of
 * the slabs, they would compete for a few lines of the processor's cache.
 *
 * A slab has blocks of one class of sizes; there are eight classes for each
 * doubling. A slab is in one of four states: full; with room, in the list of
 * its class; spare, which is empty but has its memory; or bare, without memory.
 * The block that was freed last is handed out first, because it is still in the
 * cache.
 *
 * Pages that nobody has written to cost nothing. So blocks that were never
 * handed out are not linked to each other, and a worker has copies of just
 * those of its master's pages where it has blocks itself.
 */
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/resource.h>

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/slab.h"

#define SLAB_SIZE ((size_t)64 * 1024)
/* 16 GiB of addresses; a 32-bit machine has fewer. */
#define SLAB_COUNT (sizeof(void *) > 4 ? (size_t)256 * 1024 : 4096)
#define SLAB_TRIM  512 /* given back at once: connections wait meanwhile */

/* Up to 128 bytes in steps of 16, which is malloc's alignment. */
#define SLAB_STEP    16
#define SLAB_FINE    8
#define SLAB_CLASSES 72

/* Inlined, it would make each call save the registers that it needs. */
#define SLAB_RARE __attribute__((noinline))

struct slab {
	LIST_ENTRY(slab) entry; /* with room, spare or bare */
	void **given_back; /* freed blocks; each holds the next one's address */
	uint16_t class;
	uint16_t blocks; /* that it has */
	uint16_t used; /* of these */
	uint16_t touched; /* of these, were ever used: the first ones */
};
LIST_HEAD(slab_list, slab);

static uint8_t *slab_base;
static size_t slab_bytes; /* reserved from there on; 0: malloc serves all */
static struct slab slab_table[SLAB_COUNT];
static size_t slab_count; /* of these that ever were in use */
static struct slab_list slab_with_room[SLAB_CLASSES], slab_spares, slab_bares;
static size_t slab_spare; /* in slab_spares */
static size_t slab_spare_least; /* since the last slab_trim */
static _Atomic(void **) slab_foreign; /* freed by other threads */
static _Thread_local bool slab_is_mine; /* in the one that opened it */

static unsigned slab_class(size_t);
static size_t slab_class_size(unsigned);
static uint8_t *slab_memory(const struct slab *);
static struct slab *slab_of(const void *);
static void *slab_take(struct slab *);
static SLAB_RARE void *slab_alloc_fresh(unsigned);
static void slab_use(struct slab *);
static struct slab *slab_begin(unsigned);
static struct slab *slab_any(void);
static struct slab *slab_never_used(void);
static SLAB_RARE void slab_emptied(struct slab *);
static void slab_free_foreign(void **);
static void slab_take_foreign(void);

/*
 * Memory that nobody can write to counts for no limit of the system's but that
 * of addresses (ulimit -v), which leaves none to waste.
 */
bool
slab_open(void)
{
	struct rlimit addresses;
	size_t bytes = SLAB_COUNT * SLAB_SIZE;
	void *memory;

	if (getrlimit(RLIMIT_AS, &addresses) == 0 &&
	    addresses.rlim_cur != RLIM_INFINITY)
		return false;
	memory =
	    mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return false;
	/* A page shall be a page, also where huge ones are the rule. */
	(void)madvise(memory, bytes, MADV_NOHUGEPAGE);
	slab_base = memory;
	slab_bytes = bytes;
	slab_is_mine = true;
	return true;
}

void *
slab_alloc(size_t size)
{
	struct slab *from;
	unsigned class;

	if (size - 1 >= SLAB_BLOCK_MAX || !slab_is_mine)
		return size == 0 ? NULL : malloc(size);
	class = slab_class(size);
	from = LIST_FIRST(&slab_with_room[class]);
	if (from == NULL || from->given_back == NULL)
		return slab_alloc_fresh(class);
	return slab_take(from);
}

void
slab_free(void *pointer)
{
	struct slab *to;
	void **block = pointer;

	/* The usual call of libcrypto is one with nothing to free. */
	if (pointer == NULL)
		return;
	if ((to = slab_of(pointer)) == NULL) {
		free(pointer);
		return;
	}
	if (!slab_is_mine) {
		slab_free_foreign(block);
		return;
	}
	*block = to->given_back;
	to->given_back = block;
	if (to->used-- == to->blocks)
		LIST_INSERT_HEAD(&slab_with_room[to->class], to, entry);
	if (to->used == 0)
		slab_emptied(to);
}

void *
slab_realloc(void *pointer, size_t size)
{
	const struct slab *at = slab_of(pointer);
	size_t room;
	void *moved;

	if (pointer == NULL)
		return slab_alloc(size);
	if (size == 0) {
		slab_free(pointer);
		return NULL;
	}
	if (at == NULL)
		return realloc(pointer, size);
	room = slab_class_size(at->class);
	if (size <= room && size > room / 2)
		return pointer;
	if ((moved = slab_alloc(size)) == NULL)
		return NULL;
	memcpy(moved, pointer, size < room ? size : room);
	slab_free(pointer);
	return moved;
}

bool
slab_has_spare(void)
{
	return slab_spare > 0;
}

/* Gives up the slabs that were spare all the time since the last call. */
void
slab_trim(void)
{
	struct slab *idle;
	size_t left = SLAB_TRIM;

	for (; slab_spare_least > 0 && left > 0; slab_spare_least--, left--) {
		idle = LIST_FIRST(&slab_spares);
		LIST_REMOVE(idle, entry);
		slab_spare--;
		(void)madvise(slab_memory(idle), SLAB_SIZE, MADV_DONTNEED);
		LIST_INSERT_HEAD(&slab_bares, idle, entry);
	}
	slab_spare_least = slab_spare;
}

/* For sizes from 1 to SLAB_BLOCK_MAX. */
static unsigned
slab_class(size_t size)
{
	unsigned last = (unsigned)size - 1, shift;

	if (last < SLAB_FINE * SLAB_STEP)
		return last / SLAB_STEP;
	/* Such that what is left of last is from SLAB_FINE to 2 x SLAB_FINE. */
	shift = 31 - 3 - (unsigned)__builtin_clz(last);
	return SLAB_FINE * (shift - 4) + (last >> shift);
}

/* Returns the largest size of a class. */
static size_t
slab_class_size(unsigned class)
{
	if (class < SLAB_FINE)
		return (class + 1) * SLAB_STEP;
	return (size_t)(class % SLAB_FINE + SLAB_FINE + 1)
	    << (class / SLAB_FINE + 3);
}

static uint8_t *
slab_memory(const struct slab *of)
{
	return slab_base + (size_t)(of - slab_table) * SLAB_SIZE;
}

/* Returns NULL if the block is malloc's. */
static struct slab *
slab_of(const void *block)
{
	size_t at = (size_t)((uintptr_t)block - (uintptr_t)slab_base);

	if (at >= slab_bytes)
		return NULL;
	return &slab_table[at / SLAB_SIZE];
}

static void *
slab_take(struct slab *from)
{
	void **block = from->given_back;

	from->given_back = *block;
	slab_use(from);
	return block;
}

/* Returns a block that was never used, or one that other threads freed. */
static void *
slab_alloc_fresh(unsigned class)
{
	struct slab *from = LIST_FIRST(&slab_with_room[class]);
	size_t size = slab_class_size(class);
	void *block;

	if (from == NULL && (from = slab_begin(class)) == NULL)
		return malloc(size);
	if (from->given_back != NULL)
		return slab_take(from);
	block = slab_memory(from) + from->touched++ * size;
	slab_use(from);
	return block;
}

static void
slab_use(struct slab *from)
{
	if (++from->used == from->blocks)
		LIST_REMOVE(from, entry);
}

/* Returns one more slab for the class, or NULL if there is none. */
static struct slab *
slab_begin(unsigned class)
{
	struct slab *new;

	slab_take_foreign();
	if ((new = LIST_FIRST(&slab_with_room[class])) != NULL)
		return new;
	if ((new = slab_any()) == NULL)
		return NULL;
	*new = (struct slab){ .class = (uint16_t) class,
		.blocks = (uint16_t)(SLAB_SIZE / slab_class_size(class)) };
	LIST_INSERT_HEAD(&slab_with_room[class], new, entry);
	return new;
}

static struct slab *
slab_any(void)
{
	struct slab *any;

	if ((any = LIST_FIRST(&slab_spares)) != NULL) {
		if (--slab_spare < slab_spare_least)
			slab_spare_least = slab_spare;
	} else if ((any = LIST_FIRST(&slab_bares)) == NULL) {
		return slab_never_used();
	}
	LIST_REMOVE(any, entry);
	return any;
}

static struct slab *
slab_never_used(void)
{
	struct slab *next = &slab_table[slab_count];

	if (slab_count == SLAB_COUNT ||
	    mprotect(slab_memory(next), SLAB_SIZE, PROT_READ | PROT_WRITE) ==
		-1)
		return NULL;
	slab_count++;
	return next;
}

/* The last slab of a class stays, because it will be needed again. */
static void
slab_emptied(struct slab *empty)
{
	if (LIST_FIRST(&slab_with_room[empty->class]) == empty &&
	    LIST_NEXT(empty, entry) == NULL)
		return;
	LIST_REMOVE(empty, entry);
	LIST_INSERT_HEAD(&slab_spares, empty, entry);
	slab_spare++;
}

static void
slab_free_foreign(void **block)
{
	void **next = atomic_load(&slab_foreign);

	do
		*block = next;
	while (!atomic_compare_exchange_weak(&slab_foreign, &next, block));
}

static void
slab_take_foreign(void)
{
	void **block = atomic_exchange(&slab_foreign, NULL), **next;

	for (; block != NULL; block = next) {
		next = *block;
		slab_free(block);
	}
}
