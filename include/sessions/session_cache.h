/*
 * Sessions that all workers share: bytes under an ID, in shared memory. This
 * module knows nothing of TLS.
 *
 * The cache is split into shards by ID. Each shard has a lock of its own
 * (shlock.h), which is held only while bytes are copied. If a worker is killed,
 * at whatever instruction, at most one shard has to be repaired, and the next
 * process that locks it does so. If a worker is stopped while it holds a lock,
 * look-ups in that shard become misses after SHLOCK_WAIT_MS, and sessions are
 * not stored there. A removal is never lost: it is noted where the next look-up
 * in that shard carries it out.
 *
 * The number of sessions and the number of bytes are limited, and the oldest
 * sessions go first. There is no fragmentation that could make an insert fail.
 * A session that is removed or overwritten is wiped. The bytes of a shard are a
 * ring: a session stays until so many bytes of newer sessions were stored that
 * the ring is full, even if those are gone again.
 */
#ifndef SESSION_CACHE_H
#define SESSION_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_ID_MAX	  32 /* RFC 5246, section 7.4.1.2 */
#define SESSION_BYTES_MAX (32 * 1024) /* a larger session is not stored */
/* A shard has at least room for several of the largest sessions. */
#define SESSION_CACHE_BYTES_MIN (4 * SESSION_BYTES_MAX)

struct session_cache; /* lives in shared memory */

/* What the cache holds at most, whichever limit is reached first. */
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
	uint64_t evictions; /* removed to make room for a newer session */
	uint64_t too_large;
	uint64_t busy; /* given up because another process held the lock */
	uint64_t repairs; /* shards emptied or repaired after a crash */
};

/*
 * Returns how many bytes of shared memory the cache needs; SIZE_MAX if that is
 * more than any machine has.
 */
size_t session_cache_size(struct session_limits);
/*
 * Format memory of that size, which must be zero-filled. Returns the cache, or
 * NULL (reported).
 */
struct session_cache *
session_cache_init(void *memory, size_t size_bytes, struct session_limits);

/*
 * Store a copy of data under id, in place of what was there, until the end of
 * second expires_s (of CLOCK_REALTIME, as libssl counts). Returns true if the
 * data was stored. If size is above SESSION_BYTES_MAX, that is counted and data
 * is not read.
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
/*
 * Returns true if there is such a session and it is not too old. Returns false
 * also if the shard was busy.
 */
bool session_cache_has(
    struct session_cache *, const uint8_t *id, size_t id_size, int64_t now_s);
void
session_cache_remove(struct session_cache *, const uint8_t *id, size_t id_size);
/*
 * From now on no session that is in the cache is found. Does not wait, and so
 * is for the master: whoever locks a busy shard next empties it.
 */
void session_cache_empty(struct session_cache *);
/* Takes no lock: the numbers are exact if no process is in the cache. */
void session_cache_count(struct session_cache *, struct session_cache_counts *);
/* Check every invariant of every shard; for tests. 0, or -1 (reported). */
int session_cache_check(struct session_cache *);

#endif
