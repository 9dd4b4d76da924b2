/*
 * One shard of the session cache: the entries and where they lie. This module
 * knows nothing of locks: session_cache.c calls all functions here with the
 * lock of the shard held.
 *
 * Entries are in fixed slots, and their bytes are in a ring. The bytes of a new
 * entry follow those of the newest one, and the oldest entries make room, so
 * nothing can become fragmented. Links give each slot a place in the chain of
 * its bucket and in the order of age. session_shard_rebuild makes the links
 * again from the slots alone after a crash.
 */
#ifndef SESSION_SHARD_H
#define SESSION_SHARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sessions/session_cache.h"
#include "sessions/session_ring.h"

/*
 * A link to a slot is its number plus one; 0 is none. So zeroed memory is a
 * valid empty shard, and nothing depends on where it is mapped.
 */
struct session_slot {
	uint64_t check; /* sum of the fields below and the bytes; 0: free */
	uint64_t hash; /* of the ID */
	uint64_t position; /* of the bytes, in the ring */
	int64_t expires_s;
	uint32_t size;
	uint32_t chain; /* next in the bucket, or next free one */
	uint32_t older;
	uint32_t newer;
	uint8_t id_size;
	uint8_t id[SESSION_ID_MAX];
};

struct session_shard {
	/* Constant after session_shard_init */
	uint32_t limit; /* slots */
	uint32_t bucket_mask;
	uint64_t seed;
	struct session_ring ring;
	size_t slots_offset; /* the buckets follow the struct itself */
	/* Changed under the lock; items is also read without */
	_Atomic uint32_t items;
	uint32_t used; /* how many slots were ever used: the first ones */
	uint32_t free;
	uint32_t oldest;
	uint32_t newest;
	bool broken; /* the shard is inconsistent: rebuild it */
	/* The bytes that are being written or wiped when a crash comes. */
	uint64_t dirty_position;
	uint64_t dirty_size;
};

/* What a look-up copies, to check the bytes after it has left the lock. */
struct session_entry {
	uint64_t check;
	uint64_t position;
	int64_t expires_s;
	size_t size;
};

size_t session_shard_size(uint32_t limit, size_t ring_size);
/* The struct and the memory after it have session_shard_size zero bytes. */
void session_shard_init(
    struct session_shard *, uint32_t limit, size_t ring_size, uint64_t seed);

/* Returns true if this copy of the bytes is what was inserted. */
bool session_entry_good(
    const struct session_entry *, uint64_t hash, const void *data);

/*
 * Returns NULL if there is no such entry or the shard is broken. id NULL: find
 * an entry of that hash, whatever its ID.
 */
struct session_slot *session_shard_find(
    struct session_shard *, uint64_t hash, const uint8_t *id, size_t id_size);
struct session_entry session_shard_read(
    const struct session_shard *, const struct session_slot *, void *data);
void session_shard_erase(struct session_shard *, struct session_slot *);
/*
 * May be called only if there is no entry of that ID. Returns how many other
 * entries were evicted. If the shard turns out to be broken, nothing is
 * inserted.
 */
unsigned session_shard_insert(struct session_shard *, const uint8_t *id,
    size_t id_size, const void *data, struct session_entry, uint64_t hash);

/* Keep the entries that are whole, or none if that cannot be found out. */
void session_shard_rebuild(struct session_shard *);
void session_shard_empty(struct session_shard *);
/* Returns NULL, or the invariant that does not hold, in words. For tests. */
const char *session_shard_check(struct session_shard *);

/* The rest is only for session_shard.c and session_repair.c. */
uint32_t *session_shard_buckets(const struct session_shard *);
/* Returns NULL for no link and for a link that leads out of the table. */
struct session_slot *
session_shard_slot(const struct session_shard *, uint32_t link);
uint32_t
session_shard_link(const struct session_shard *, const struct session_slot *);
/* Wipe a slot and put it on the list of free ones. */
void session_shard_release(struct session_shard *, struct session_slot *);
void session_shard_count(struct session_shard *, uint32_t items);
/* Returns the first position after the bytes of the entry. */
uint64_t session_slot_end(const struct session_slot *);

#endif
