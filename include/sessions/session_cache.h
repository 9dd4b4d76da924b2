/*
 * Sessions shared by all workers: bytes under an ID, in shared memory. It
 * knows no TLS.
 *
 * Split into shards by ID, each with a lock of its own (shlock.h) that is held
 * only to copy bytes. A worker killed at any instruction leaves at most one
 * shard to be repaired by whoever locks it next; one stopped with a lock held
 * turns others' look-ups into misses and their inserts into nothing, after
 * SHLOCK_WAIT_MS. A removal is never lost: it is left where the next look-up
 * in that shard honours it.
 *
 * Bounded in sessions and in bytes; the oldest go first; an insert never fails
 * for fragmentation. What is removed or overwritten is wiped. The bytes are a
 * ring in each shard: a session stays until that many bytes of newer ones have
 * been stored, also if those are gone again.
 */
#ifndef SESSION_CACHE_H
#define SESSION_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_ID_MAX	  32 /* RFC 5246, section 7.4.1.2 */
#define SESSION_BYTES_MAX (32 * 1024) /* larger ones are not stored */
/* Room for several of the largest; less is never given. */
#define SESSION_CACHE_BYTES_MIN (4 * SESSION_BYTES_MAX)

struct session_cache; /* lives in shared memory */

/* What the cache holds at most; whichever is reached first counts. */
struct session_limits {
	size_t sessions; /* 0: nothing is ever stored */
	size_t bytes; /* of their data; 0: a typical size for each */
};

struct session_cache_counts {
	uint64_t items; /* now; the others since the start */
	uint64_t inserts;
	/* A look-up is one of hit, miss, timeout or busy. */
	uint64_t hits;
	uint64_t misses;
	uint64_t timeouts; /* found, but too old */
	uint64_t evictions; /* made room for a newer one */
	uint64_t too_large;
	uint64_t busy; /* given up because a lock was not to be had */
	uint64_t repairs; /* shards emptied or repaired after a crash */
};

/*
 * Shared memory needed in bytes; SIZE_MAX if that is more than any machine has.
 */
size_t session_cache_size(struct session_limits);
/*
 * Format memory of that size, which must be zero-filled. Returns the cache, or
 * NULL (reported).
 */
struct session_cache *
session_cache_init(void *memory, size_t size_bytes, struct session_limits);

/*
 * Store a copy of data under id, replacing what was there, until the end of
 * second expires_s (of CLOCK_REALTIME, as libssl counts). Returns true if
 * stored. Of more than SESSION_BYTES_MAX only the size is looked at, to be
 * counted.
 */
bool session_cache_put(struct session_cache *, const uint8_t *id,
    size_t id_size, const void *data, size_t size, int64_t expires_s);
/*
 * Copy the session into data (capacity SESSION_BYTES_MAX suffices for all) and
 * return its size, or 0 with errno ENOENT (not there), ETIME (too old) or EBUSY
 * (the shard was busy). With take, the entry is deleted under the same lock, so
 * exactly one caller gets it.
 */
size_t session_cache_get(struct session_cache *, const uint8_t *id,
    size_t id_size, void *data, size_t capacity, int64_t now_s, bool take);
/* Is there such a session that is not too old? No: perhaps it was busy. */
bool session_cache_has(
    struct session_cache *, const uint8_t *id, size_t id_size, int64_t now_s);
void
session_cache_remove(struct session_cache *, const uint8_t *id, size_t id_size);
/* Without a lock: exact when nobody is at work in the cache. */
void session_cache_count(struct session_cache *, struct session_cache_counts *);
/* Check every invariant of every shard; for tests. 0, or -1 (reported). */
int session_cache_check(struct session_cache *);

#endif
