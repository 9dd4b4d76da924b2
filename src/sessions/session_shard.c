#include "sessions/session_shard.h"

#include <string.h>

static unsigned shard_make_room(struct session_shard *, uint64_t, uint64_t *);
static struct session_slot *slot_new(struct session_shard *);
static void slot_link(struct session_shard *, struct session_slot *);
static void slot_unchain(struct session_shard *, struct session_slot *);
static void slot_unorder(struct session_shard *, struct session_slot *);

size_t
session_shard_size(uint32_t limit, size_t ring_size)
{
	size_t buckets = 2, size; /* two, so that what follows is aligned */

	while (buckets < limit)
		buckets *= 2;
	size = sizeof(struct session_shard) + buckets * sizeof(uint32_t) +
	    limit * sizeof(struct session_slot);
	size = (size + SESSION_UNIT - 1) & ~(size_t)(SESSION_UNIT - 1);
	return size + ring_size;
}

void
session_shard_init(struct session_shard *shard, uint32_t limit,
    size_t ring_size, uint64_t seed)
{
	uint32_t buckets = 2;

	while (buckets < limit)
		buckets *= 2;
	shard->limit = limit;
	shard->bucket_mask = buckets - 1;
	shard->seed = seed;
	shard->ring.size = ring_size;
	shard->ring.offset =
	    session_shard_size(limit, 0) - offsetof(struct session_shard, ring);
	shard->slots_offset =
	    sizeof(struct session_shard) + buckets * sizeof(uint32_t);
}

bool
session_entry_good(
    const struct session_entry *entry, uint64_t hash, const void *data)
{
	uint64_t sum = session_sum(hash, entry->expires_s, data, entry->size);

	return entry->check == session_sum_at(sum, entry->position);
}

struct session_slot *
session_shard_find(struct session_shard *shard, uint64_t hash,
    const uint8_t *id, size_t id_size)
{
	struct session_slot *slot;
	uint32_t link, steps = 0;

	link = session_shard_buckets(shard)[hash & shard->bucket_mask];
	for (; link != 0; link = slot->chain) {
		slot = session_shard_slot(shard, link);
		if (slot == NULL || slot->check == 0 ||
		    slot->size > SESSION_BYTES_MAX || steps++ >= shard->limit) {
			shard->broken = true;
			return NULL;
		}
		if (slot->hash != hash)
			continue;
		if (id == NULL ||
		    (slot->id_size == id_size &&
			memcmp(slot->id, id, id_size) == 0))
			return slot;
	}
	return NULL;
}

struct session_entry
session_shard_read(const struct session_shard *shard,
    const struct session_slot *slot, void *data)
{
	struct session_entry entry = {
		.check = slot->check,
		.position = slot->position,
		.expires_s = slot->expires_s,
		.size = slot->size,
	};

	session_ring_read(&shard->ring, slot->position, data, slot->size);
	return entry;
}

void
session_shard_erase(struct session_shard *shard, struct session_slot *slot)
{
	uint64_t position = slot->position,
		 room = session_ring_room(slot->size);

	if (slot->size > SESSION_BYTES_MAX) {
		shard->broken = true;
		return;
	}
	shard->dirty_position = position;
	SESSION_STEP();
	shard->dirty_size = room;
	SESSION_STEP();
	slot->check = 0; /* from here on it is gone */
	SESSION_STEP();
	slot_unchain(shard, slot);
	slot_unorder(shard, slot);
	session_shard_count(shard, shard->items - 1);
	SESSION_STEP();
	session_ring_wipe(&shard->ring, position, room);
	SESSION_STEP();
	session_shard_release(shard, slot);
	SESSION_STEP();
	shard->dirty_size = 0;
	SESSION_STEP();
}

unsigned
session_shard_insert(struct session_shard *shard, const uint8_t *id,
    size_t id_size, const void *data, struct session_entry entry, uint64_t hash)
{
	uint64_t position, room = session_ring_room(entry.size);
	struct session_slot *slot;
	unsigned evicted;

	evicted = shard_make_room(shard, room, &position);
	if (shard->broken || (slot = slot_new(shard)) == NULL)
		return evicted;
	SESSION_STEP();
	shard->dirty_position = position;
	SESSION_STEP();
	shard->dirty_size = room;
	SESSION_STEP();
	session_ring_write(&shard->ring, position, data, entry.size);
	SESSION_STEP();
	slot->hash = hash;
	slot->position = position;
	slot->expires_s = entry.expires_s;
	slot->size = (uint32_t)entry.size;
	slot->id_size = (uint8_t)id_size;
	memcpy(slot->id, id, id_size);
	SESSION_STEP();
	slot->check = session_sum_at(entry.check, position); /* it is in */
	SESSION_STEP();
	slot_link(shard, slot);
	shard->dirty_size = 0;
	SESSION_STEP();
	return evicted;
}

/* Returns NULL for no link and for a link that leads out of the table. */
struct session_slot *
session_shard_slot(const struct session_shard *shard, uint32_t link)
{
	uintptr_t table = (uintptr_t)shard + shard->slots_offset;

	if (link == 0 || link > shard->limit)
		return NULL;
	return (struct session_slot *)table + (link - 1);
}

uint32_t
session_shard_link(
    const struct session_shard *shard, const struct session_slot *slot)
{
	return (uint32_t)(slot - session_shard_slot(shard, 1)) + 1;
}

uint32_t *
session_shard_buckets(const struct session_shard *shard)
{
	return (uint32_t *)(uintptr_t)(shard + 1);
}

void
session_shard_count(struct session_shard *shard, uint32_t items)
{
	atomic_store_explicit(&shard->items, items, memory_order_relaxed);
}

void
session_shard_release(struct session_shard *shard, struct session_slot *slot)
{
	explicit_bzero(slot, sizeof(*slot));
	slot->chain = shard->free;
	SESSION_STEP();
	shard->free = session_shard_link(shard, slot);
}

uint64_t
session_slot_end(const struct session_slot *slot)
{
	return slot->position + session_ring_room(slot->size);
}

/* Evicts the oldest entries until room bytes fit, at *position. */
static unsigned
shard_make_room(struct session_shard *shard, uint64_t room, uint64_t *position)
{
	struct session_slot *oldest, *newest;
	unsigned evicted = 0;

	for (;;) {
		oldest = session_shard_slot(shard, shard->oldest);
		newest = session_shard_slot(shard, shard->newest);
		if (shard->items == 0)
			break;
		if (oldest == NULL || newest == NULL) {
			shard->broken = true;
			break;
		}
		*position = session_slot_end(newest);
		if (shard->items < shard->limit &&
		    *position + room - oldest->position <= shard->ring.size)
			return evicted;
		session_shard_erase(shard, oldest);
		if (shard->broken || evicted++ >= shard->limit)
			break;
	}
	/* Use an empty ring from its start, so that few pages are touched. */
	*position = 0;
	if (shard->oldest != 0 || shard->newest != 0)
		shard->broken = true;
	return evicted;
}

static struct session_slot *
slot_new(struct session_shard *shard)
{
	struct session_slot *slot;

	if (shard->free != 0) {
		slot = session_shard_slot(shard, shard->free);
		if (slot == NULL || slot->check != 0) {
			shard->broken = true;
			return NULL;
		}
		shard->free = slot->chain;
		slot->chain = 0;
		return slot;
	}
	if (shard->used >= shard->limit) {
		shard->broken = true;
		return NULL;
	}
	return session_shard_slot(shard, ++shard->used);
}

/* Makes the slot the newest one, and the first of its chain. */
static void
slot_link(struct session_shard *shard, struct session_slot *slot)
{
	uint32_t *bucket =
	    &session_shard_buckets(shard)[slot->hash & shard->bucket_mask];
	uint32_t link = session_shard_link(shard, slot);
	struct session_slot *newest = session_shard_slot(shard, shard->newest);

	slot->chain = *bucket;
	*bucket = link;
	SESSION_STEP();
	slot->older = shard->newest;
	slot->newer = 0;
	SESSION_STEP();
	if (newest != NULL)
		newest->newer = link;
	else
		shard->oldest = link;
	SESSION_STEP();
	shard->newest = link;
	SESSION_STEP();
	session_shard_count(shard, shard->items + 1);
}

static void
slot_unchain(struct session_shard *shard, struct session_slot *slot)
{
	uint32_t link = session_shard_link(shard, slot), steps = 0;
	uint32_t *at =
	    &session_shard_buckets(shard)[slot->hash & shard->bucket_mask];
	struct session_slot *before;

	while (*at != link) {
		before = session_shard_slot(shard, *at);
		if (before == NULL || steps++ >= shard->limit) {
			shard->broken = true;
			return;
		}
		at = &before->chain;
	}
	*at = slot->chain;
	SESSION_STEP();
}

static void
slot_unorder(struct session_shard *shard, struct session_slot *slot)
{
	struct session_slot *older = session_shard_slot(shard, slot->older);
	struct session_slot *newer = session_shard_slot(shard, slot->newer);

	if (older != NULL)
		older->newer = slot->newer;
	else
		shard->oldest = slot->newer;
	SESSION_STEP();
	if (newer != NULL)
		newer->older = slot->older;
	else
		shard->newest = slot->older;
	SESSION_STEP();
}
