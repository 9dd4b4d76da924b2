/*
 * One shard of the session cache: the entries and where they lie. It knows
 * nothing of locks; session_cache.c calls everything here with the shard's
 * lock held.
 *
 * Entries stand in fixed slots, their bytes in a ring. The bytes of a new
 * entry follow those of the newest one, and the oldest entries make room, so
 * there is nothing that could fragment. A slot's place in its bucket's chain
 * and in the order of age are links that can be made again from the slots
 * alone: that is what session_shard_rebuild does after a crash.
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
	uint64_t check; /* of all that is below and the bytes; 0: free */
	uint64_t hash; /* of the ID */
	uint64_t position; /* of the bytes, counted on without wrapping */
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
	uint32_t used; /* slots from this one on were never used */
	uint32_t free;
	uint32_t oldest;
	uint32_t newest;
	bool broken; /* found to be inconsistent: rebuild it */
	/* The bytes now being written or wiped: a crash leaves them dirty. */
	uint64_t dirty_position;
	uint64_t dirty_size;
};

/* What a look-up takes along to tell, without the lock, that all is well. */
struct session_entry {
	uint64_t check;
	uint64_t position;
	int64_t expires_s;
	size_t size;
};

size_t session_shard_size(uint32_t limit, size_t ring_size);
/* The memory behind the struct is as session_shard_size said, and zeroed. */
void session_shard_init(
    struct session_shard *, uint32_t limit, size_t ring_size, uint64_t seed);

/* Is this copy of the bytes what was inserted? */
bool session_entry_good(
    const struct session_entry *, uint64_t hash, const void *data);

/* NULL: not there (or the shard is broken). id NULL: the hash suffices. */
struct session_slot *session_shard_find(
    struct session_shard *, uint64_t hash, const uint8_t *id, size_t id_size);
struct session_entry session_shard_read(
    const struct session_shard *, const struct session_slot *, void *data);
void session_shard_erase(struct session_shard *, struct session_slot *);
/*
 * An entry of that ID must not be there. Returns how many others were evicted.
 * If the shard turns out to be broken, nothing is inserted.
 */
unsigned session_shard_insert(struct session_shard *, const uint8_t *id,
    size_t id_size, const void *data, struct session_entry, uint64_t hash);

/* Keep what is whole, or nothing if that is not to be made out. */
void session_shard_rebuild(struct session_shard *);
void session_shard_empty(struct session_shard *);
/* NULL, or the name of the invariant that does not hold. For tests. */
const char *session_shard_check(struct session_shard *);

/* Between session_shard.c and session_repair.c */
uint32_t *session_shard_buckets(const struct session_shard *);
/* NULL for no link and for one that leads out of the table. */
struct session_slot *
session_shard_slot(const struct session_shard *, uint32_t link);
uint32_t
session_shard_link(const struct session_shard *, const struct session_slot *);
/* Wipe a slot and put it on the list of free ones. */
void session_shard_release(struct session_shard *, struct session_slot *);
void session_shard_count(struct session_shard *, uint32_t items);
/* The first position after its bytes. */
uint64_t session_slot_end(const struct session_slot *);

#endif
