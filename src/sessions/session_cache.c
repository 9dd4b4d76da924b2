#include "sessions/session_cache.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/fault.h"
#include "foundation/log.h"
#include "foundation/shlock.h"
#include "sessions/session_shard.h"

#define CACHE_LINE 64
#define SHARDS_MAX 64
/*
 * With fewer sessions in a shard, chance would fill some shards long before
 * others. A small cache is better a single shard, which holds exactly as many
 * sessions as were asked for.
 */
#define SESSIONS_PER_SHARD 256
#define SESSIONS_MAX	   INT32_MAX
#define BYTES_MAX	   (SIZE_MAX / 4)
#define TYPICAL_BYTES	   1024
#define PENDING_MAX	   7

enum count {
	COUNT_INSERTS,
	COUNT_HITS,
	COUNT_MISSES,
	COUNT_TIMEOUTS,
	COUNT_EVICTIONS,
	COUNT_TOO_LARGE,
	COUNT_BUSY,
	COUNT_REPAIRS,
	COUNT_COUNT
};

/* In shared memory, followed by the shard's slots and bytes. */
struct cache_shard {
	alignas(CACHE_LINE) struct shlock lock;
	/*
	 * Removals that met a busy shard: hashes of IDs, 0 for none. Any
	 * process adds one without the lock, and the next holder of the lock
	 * removes the entry. No removal is lost:
	 * - a hash is cleared only after the entry is gone, so if a process is
	 *   killed between the two, the removal is done once more;
	 * - a hash is cleared under the lock, and nothing is inserted between
	 *   the look for the entry and the clearing: if the same hash is added
	 *   meanwhile and cleared with the first, that entry is gone, too;
	 * - if no place is free the whole shard is emptied.
	 * Two IDs of one hash would cost a good session: 1 in 2^64.
	 */
	alignas(CACHE_LINE) _Atomic uint64_t pending[PENDING_MAX];
	_Atomic bool empty_it;
	/* Atomic, because they are changed with and without the lock. */
	alignas(CACHE_LINE) _Atomic uint64_t counts[COUNT_COUNT];
	/* Under the lock */
	alignas(CACHE_LINE) struct session_shard shard;
};

struct session_cache {
	/* Constant after session_cache_init */
	alignas(CACHE_LINE) uint64_t seed;
	uint32_t shards; /* a power of two, or 0: nothing is stored */
	size_t stride; /* bytes from one shard to the next */
};

/* The session that a call is about, and its shard. */
struct cache_key {
	const uint8_t *id;
	size_t id_size;
	uint64_t hash;
	struct cache_shard *at; /* NULL: no such ID can be in the cache */
};

static uint32_t cache_shards(struct session_limits);
static uint32_t cache_limit(size_t, uint32_t, uint32_t);
static size_t cache_bytes(struct session_limits);
static size_t cache_ring(struct session_limits, uint32_t);
static size_t cache_stride(struct session_limits, uint32_t);
static struct cache_shard *cache_shard(const struct session_cache *, uint32_t);
static struct cache_key
cache_key(const struct session_cache *, const uint8_t *, size_t);
static bool cache_enter(struct cache_shard *);
static bool cache_take(struct cache_shard *, enum shlock_result);
static void cache_leave(struct cache_shard *);
static void cache_mend(struct cache_shard *);
static void cache_honour(struct cache_shard *);
static void cache_postpone(struct cache_shard *, uint64_t);
static void cache_erase_hash(struct cache_shard *, uint64_t);
static enum count cache_fetch(
    struct cache_key *, struct session_entry *, void *, size_t, int64_t, bool);
static void cache_count(struct cache_shard *, enum count, uint64_t);
static uint64_t cache_counted(const struct cache_shard *, enum count);

size_t
session_cache_size(struct session_limits limits)
{
	uint32_t shards = cache_shards(limits);

	if (limits.sessions == 0)
		return sizeof(struct session_cache);
	if (limits.sessions > SESSIONS_MAX || limits.bytes > BYTES_MAX)
		return SIZE_MAX; /* which nobody can map */
	return sizeof(struct session_cache) +
	    shards * cache_stride(limits, shards);
}

struct session_cache *
session_cache_init(
    void *memory, size_t size_bytes, struct session_limits limits)
{
	struct session_cache *cache = memory;
	uint32_t i, shards = cache_shards(limits);
	struct cache_shard *at;

	if (size_bytes < session_cache_size(limits)) {
		log_warnx("session cache: %zu bytes do not hold %zu sessions",
		    size_bytes, limits.sessions);
		return NULL;
	}
	arc4random_buf(&cache->seed, sizeof(cache->seed));
	if (limits.sessions == 0)
		return cache;
	cache->stride = cache_stride(limits, shards);
	for (i = 0; i < shards; i++) {
		at = cache_shard(cache, i);
		session_shard_init(&at->shard,
		    cache_limit(limits.sessions, shards, i),
		    cache_ring(limits, shards), cache->seed);
		if (shlock_init(&at->lock) == -1)
			return NULL;
	}
	cache->shards = shards;
	return cache;
}

bool
session_cache_put(struct session_cache *cache, const uint8_t *id,
    size_t id_size, const void *data, size_t size, int64_t expires_s)
{
	struct cache_key key = cache_key(cache, id, id_size);
	struct session_entry entry = { .expires_s = expires_s, .size = size };
	struct session_slot *old;
	unsigned evicted;
	bool stored;

	if (key.at == NULL || size == 0)
		return false;
	if (size > SESSION_BYTES_MAX) {
		cache_count(key.at, COUNT_TOO_LARGE, 1);
		return false;
	}
	entry.check = session_sum(key.hash, expires_s, data, size);
	if (!cache_enter(key.at))
		return false;
	old = session_shard_find(&key.at->shard, key.hash, id, id_size);
	if (old != NULL)
		session_shard_erase(&key.at->shard, old);
	evicted = session_shard_insert(
	    &key.at->shard, id, id_size, data, entry, key.hash);
	stored = !key.at->shard.broken;
	cache_leave(key.at);
	cache_count(key.at, COUNT_INSERTS, stored);
	cache_count(key.at, COUNT_EVICTIONS, evicted);
	return stored;
}

size_t
session_cache_get(struct session_cache *cache, const uint8_t *id,
    size_t id_size, void *data, size_t capacity, int64_t now_s, bool take)
{
	struct cache_key key = cache_key(cache, id, id_size);
	struct session_entry entry;
	enum count result;

	errno = ENOENT;
	if (key.at == NULL)
		return 0;
	errno = EBUSY;
	if (!cache_enter(key.at))
		return 0;
	result = cache_fetch(&key, &entry, data, capacity, now_s, take);
	cache_leave(key.at);
	if (result == COUNT_HITS &&
	    !session_entry_good(&entry, key.hash, data)) {
		explicit_bzero(data, entry.size);
		session_cache_remove(cache, id, id_size);
		result = COUNT_MISSES;
	}
	cache_count(key.at, result, 1);
	errno = result == COUNT_TIMEOUTS ? ETIME : ENOENT;
	return result == COUNT_HITS ? entry.size : 0;
}

bool
session_cache_has(struct session_cache *cache, const uint8_t *id,
    size_t id_size, int64_t now_s)
{
	struct cache_key key = cache_key(cache, id, id_size);
	struct session_slot *slot;
	bool has;

	if (key.at == NULL || !cache_enter(key.at))
		return false;
	slot = session_shard_find(&key.at->shard, key.hash, id, id_size);
	has = slot != NULL && slot->expires_s >= now_s;
	cache_leave(key.at);
	return has;
}

void
session_cache_remove(
    struct session_cache *cache, const uint8_t *id, size_t id_size)
{
	struct cache_key key = cache_key(cache, id, id_size);

	if (key.at == NULL)
		return;
	if (!cache_enter(key.at)) {
		cache_postpone(key.at, key.hash);
		return;
	}
	cache_erase_hash(key.at, key.hash);
	cache_leave(key.at);
}

void
session_cache_empty(struct session_cache *cache)
{
	struct cache_shard *at;
	uint32_t i;

	for (i = 0; i < cache->shards; i++) {
		at = cache_shard(cache, i);
		atomic_store(&at->empty_it, true);
		if (cache_take(at, shlock_try(&at->lock)))
			cache_leave(at);
	}
}

/* Takes no lock, so the caller does not wait, and no process waits for it. */
void
session_cache_count(
    struct session_cache *cache, struct session_cache_counts *counts)
{
	struct cache_shard *at;
	uint32_t i;

	memset(counts, 0, sizeof(*counts));
	for (i = 0; i < cache->shards; i++) {
		at = cache_shard(cache, i);
		counts->items += atomic_load(&at->shard.items);
		counts->inserts += cache_counted(at, COUNT_INSERTS);
		counts->hits += cache_counted(at, COUNT_HITS);
		counts->misses += cache_counted(at, COUNT_MISSES);
		counts->timeouts += cache_counted(at, COUNT_TIMEOUTS);
		counts->evictions += cache_counted(at, COUNT_EVICTIONS);
		counts->too_large += cache_counted(at, COUNT_TOO_LARGE);
		counts->busy += cache_counted(at, COUNT_BUSY);
		counts->repairs += cache_counted(at, COUNT_REPAIRS);
	}
}

int
session_cache_check(struct session_cache *cache)
{
	struct cache_shard *at;
	const char *fault;
	uint32_t i;

	for (i = 0; i < cache->shards; i++) {
		at = cache_shard(cache, i);
		fault = "the lock can be had";
		if (cache_enter(at)) {
			fault = session_shard_check(&at->shard);
			cache_leave(at);
		}
		if (fault != NULL) {
			log_warnx(
			    "session cache: shard %u: not so: %s", i, fault);
			return -1;
		}
	}
	return 0;
}

/* Returns the most shards of which each holds enough sessions and bytes. */
static uint32_t
cache_shards(struct session_limits limits)
{
	uint32_t shards = 1;

	if (limits.sessions == 0)
		return 0;
	while (shards < SHARDS_MAX &&
	    limits.sessions / (2 * shards) >= SESSIONS_PER_SHARD &&
	    cache_bytes(limits) / (2 * shards) >= SESSION_CACHE_BYTES_MIN)
		shards *= 2;
	return shards;
}

/* The sum over all shards is what was asked for; shard 0 has the most. */
static uint32_t
cache_limit(size_t sessions, uint32_t shards, uint32_t shard)
{
	return (uint32_t)(sessions / shards + (shard < sessions % shards));
}

static size_t
cache_bytes(struct session_limits limits)
{
	return limits.bytes != 0 ? limits.bytes
				 : limits.sessions * TYPICAL_BYTES;
}

static size_t
cache_ring(struct session_limits limits, uint32_t shards)
{
	size_t size = cache_bytes(limits) / shards;

	if (size < SESSION_CACHE_BYTES_MIN)
		size = SESSION_CACHE_BYTES_MIN;
	return size & ~(size_t)(SESSION_UNIT - 1);
}

/* All shards are as large as shard 0. */
static size_t
cache_stride(struct session_limits limits, uint32_t shards)
{
	size_t size = offsetof(struct cache_shard, shard) +
	    session_shard_size(cache_limit(limits.sessions, shards, 0),
		cache_ring(limits, shards));

	if (size < sizeof(struct cache_shard))
		size = sizeof(struct cache_shard);
	return (size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
}

static struct cache_shard *
cache_shard(const struct session_cache *cache, uint32_t i)
{
	uintptr_t first = (uintptr_t)(cache + 1);

	return (struct cache_shard *)(first + i * cache->stride);
}

static struct cache_key
cache_key(const struct session_cache *cache, const uint8_t *id, size_t id_size)
{
	struct cache_key key = { .id = id, .id_size = id_size };

	if (cache->shards == 0 || id_size == 0 || id_size > SESSION_ID_MAX)
		return key;
	key.hash = session_hash(cache->seed, id, id_size);
	/* Other bits than those that choose the bucket. */
	key.at = cache_shard(
	    cache, (uint32_t)(key.hash >> 48) & (cache->shards - 1));
	return key;
}

/* Returns true if the shard is locked, whole and up to date; false: busy. */
static bool
cache_enter(struct cache_shard *at)
{
	if (cache_take(at, shlock_lock(&at->lock)))
		return true;
	cache_count(at, COUNT_BUSY, 1);
	return false;
}

/* The same for a shard whose lock was asked for, with this result. */
static bool
cache_take(struct cache_shard *at, enum shlock_result result)
{
	switch (result) {
	case SHLOCK_BUSY:
		return false;
	case SHLOCK_OWNER_DIED:
		cache_mend(at);
		shlock_repaired(&at->lock);
		break;
	case SHLOCK_HELD:
		break;
	}
	fault_point("session-locked");
	cache_honour(at);
	return true;
}

static void
cache_leave(struct cache_shard *at)
{
	if (at->shard.broken)
		cache_mend(at);
	shlock_unlock(&at->lock);
}

static void
cache_mend(struct cache_shard *at)
{
	session_shard_rebuild(&at->shard);
	cache_count(at, COUNT_REPAIRS, 1);
}

static void
cache_honour(struct cache_shard *at)
{
	uint64_t hash;
	int i;

	for (i = 0; i < PENDING_MAX; i++) {
		hash = atomic_load(&at->pending[i]);
		if (hash == 0)
			continue;
		cache_erase_hash(at, hash);
		SESSION_STEP();
		atomic_store(&at->pending[i], 0);
		SESSION_STEP();
	}
	if (atomic_load(&at->empty_it)) {
		session_shard_empty(&at->shard);
		SESSION_STEP();
		atomic_store(&at->empty_it, false);
	}
}

/* Needs no lock and cannot fail. For a hash of 0 the shard is emptied. */
static void
cache_postpone(struct cache_shard *at, uint64_t hash)
{
	uint64_t none;
	int i;

	for (i = 0; hash != 0 && i < PENDING_MAX; i++) {
		none = 0;
		if (atomic_compare_exchange_strong(
			&at->pending[i], &none, hash) ||
		    none == hash)
			return;
	}
	atomic_store(&at->empty_it, true);
}

/* The entry is gone in any case: a shard that is broken is emptied. */
static void
cache_erase_hash(struct cache_shard *at, uint64_t hash)
{
	struct session_slot *slot;

	slot = session_shard_find(&at->shard, hash, NULL, 0);
	if (slot != NULL)
		session_shard_erase(&at->shard, slot);
	if (at->shard.broken) {
		session_shard_empty(&at->shard);
		cache_count(at, COUNT_REPAIRS, 1);
	}
}

/* The look-up itself, under the lock. Returns what to count. */
static enum count
cache_fetch(struct cache_key *key, struct session_entry *entry, void *data,
    size_t capacity, int64_t now_s, bool take)
{
	struct session_shard *shard = &key->at->shard;
	struct session_slot *slot;

	slot = session_shard_find(shard, key->hash, key->id, key->id_size);
	if (slot == NULL)
		return COUNT_MISSES;
	if (slot->expires_s < now_s) {
		session_shard_erase(shard, slot);
		return COUNT_TIMEOUTS;
	}
	if (slot->size > capacity)
		return COUNT_MISSES;
	*entry = session_shard_read(shard, slot, data);
	if (take)
		session_shard_erase(shard, slot);
	return COUNT_HITS;
}

static void
cache_count(struct cache_shard *at, enum count count, uint64_t n)
{
	if (n != 0)
		atomic_fetch_add_explicit(
		    &at->counts[count], n, memory_order_relaxed);
}

static uint64_t
cache_counted(const struct cache_shard *at, enum count count)
{
	return atomic_load_explicit(&at->counts[count], memory_order_relaxed);
}
