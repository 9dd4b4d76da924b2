/*
 * What is done to a shard after a crash, and how to tell that it is whole.
 *
 * To empty the shard would be simpler by 120 lines, and is seldom worse: of 149
 * workers that were killed under load none held a lock. But it would lose all
 * sessions of a cache of less than 512, and one in 64 of a large one, and a
 * session that does not resume is what users of this server look for. Killed at
 * any instruction (tests/unit/session_step_test.c), a worker costs no session
 * but the one that it was storing or removing.
 */
#include <string.h>

#include "sessions/session_shard.h"

static bool shard_settle_dirty(struct session_shard *);
static uint32_t shard_collect(struct session_shard *, uint32_t *);
static void shard_sort(const struct session_shard *, uint32_t *, uint32_t);
static bool shard_relink(struct session_shard *, uint32_t *, uint32_t);
static const char *shard_check_order(struct session_shard *, uint32_t *);
static const char *shard_check_slots(struct session_shard *, uint32_t);
static bool
slot_good(const struct session_shard *, const struct session_slot *);

/*
 * Only the slots are trusted, if their sums are right; all links are made
 * again. If this process is killed here, the next one begins again with the
 * same slots.
 */
void
session_shard_rebuild(struct session_shard *shard)
{
	/* The buckets have room for all links, and are filled again later. */
	uint32_t *order = session_shard_buckets(shard), count;

	if (shard->used > shard->limit || !shard_settle_dirty(shard)) {
		session_shard_empty(shard);
		return;
	}
	count = shard_collect(shard, order);
	SESSION_STEP();
	shard_sort(shard, order, count);
	SESSION_STEP();
	if (count == 0 || !shard_relink(shard, order, count))
		session_shard_empty(shard);
	shard->broken = false;
}

/* Wipes the bytes first: if this is cut short, the sums of slots are wrong. */
void
session_shard_empty(struct session_shard *shard)
{
	uint32_t used = shard->used < shard->limit ? shard->used : shard->limit;

	if (used > 0)
		session_ring_wipe(&shard->ring, 0, shard->ring.size);
	SESSION_STEP();
	explicit_bzero(
	    session_shard_slot(shard, 1), used * sizeof(struct session_slot));
	SESSION_STEP();
	memset(session_shard_buckets(shard), 0,
	    (shard->bucket_mask + 1) * sizeof(uint32_t));
	shard->used = shard->free = shard->oldest = shard->newest = 0;
	session_shard_count(shard, 0);
	shard->dirty_size = 0;
	shard->broken = false;
	SESSION_STEP();
}

const char *
session_shard_check(struct session_shard *shard)
{
	const char *fault;
	uint32_t seen;

	if (shard->dirty_size != 0)
		return "nothing is half-written";
	if (shard->used > shard->limit)
		return "slots in use within the limit";
	if ((fault = shard_check_order(shard, &seen)) != NULL)
		return fault;
	if (seen != shard->items)
		return "items counted as they are";
	return shard_check_slots(shard, seen);
}

/*
 * Keeps the bytes if their entry is whole: then the process was killed before
 * its removal began, or after its insertion was done.
 */
static bool
shard_settle_dirty(struct session_shard *shard)
{
	struct session_slot *slot;
	uint32_t link;

	if (shard->dirty_size == 0)
		return true;
	if (shard->dirty_size > session_ring_room(SESSION_BYTES_MAX) ||
	    shard->dirty_size > shard->ring.size)
		return false;
	for (link = 1; link <= shard->used; link++) {
		slot = session_shard_slot(shard, link);
		if (slot->check != 0 && slot->position == shard->dirty_position)
			break;
	}
	if (link > shard->used)
		session_ring_wipe(
		    &shard->ring, shard->dirty_position, shard->dirty_size);
	SESSION_STEP();
	shard->dirty_size = 0;
	return true;
}

/* Collects the links of all live slots, in no order, and frees the others. */
static uint32_t
shard_collect(struct session_shard *shard, uint32_t *order)
{
	struct session_slot *slot;
	uint32_t link, count = 0;

	shard->free = 0;
	for (link = 1; link <= shard->used; link++) {
		slot = session_shard_slot(shard, link);
		if (slot->check != 0)
			order[count++] = link;
		else
			session_shard_release(shard, slot);
	}
	return count;
}

/* Sorts by position (Shell's sort: small, in place, no bad worst case). */
static void
shard_sort(const struct session_shard *shard, uint32_t *order, uint32_t count)
{
	uint32_t gap = 1, i, j, link;
	uint64_t position;

	while (gap < count / 3)
		gap = gap * 3 + 1;
	for (; gap > 0; gap /= 3) {
		for (i = gap; i < count; i++) {
			link = order[i];
			position = session_shard_slot(shard, link)->position;
			for (j = i; j >= gap &&
			     session_shard_slot(shard, order[j - gap])
				     ->position > position;
			     j -= gap)
				order[j] = order[j - gap];
			order[j] = link;
		}
	}
}

/* Returns false if not all entries fit into one ring, or one is not whole. */
static bool
shard_relink(struct session_shard *shard, uint32_t *order, uint32_t count)
{
	struct session_slot *slot, *before = NULL, *oldest;
	uint32_t i, *bucket;

	oldest = session_shard_slot(shard, order[0]);
	for (i = 0; i < count; i++, before = slot) {
		slot = session_shard_slot(shard, order[i]);
		if (!slot_good(shard, slot) ||
		    (before != NULL &&
			slot->position < session_slot_end(before)) ||
		    session_slot_end(slot) - oldest->position >
			shard->ring.size)
			return false;
		slot->older = i > 0 ? order[i - 1] : 0;
		slot->newer = i + 1 < count ? order[i + 1] : 0;
	}
	shard->oldest = order[0];
	shard->newest = order[count - 1];
	memset(order, 0, (shard->bucket_mask + 1) * sizeof(uint32_t));
	for (slot = oldest; slot != NULL;
	     slot = session_shard_slot(shard, slot->newer)) {
		bucket = &order[slot->hash & shard->bucket_mask];
		slot->chain = *bucket;
		*bucket = session_shard_link(shard, slot);
	}
	session_shard_count(shard, count);
	return true;
}

/* Checks the entries from the oldest to the newest, and their ring. */
static const char *
shard_check_order(struct session_shard *shard, uint32_t *seen)
{
	struct session_slot *slot, *before = NULL;
	uint64_t end, begin = 0;
	uint32_t link = shard->oldest;

	for (*seen = 0; link != 0; link = slot->newer, before = slot) {
		slot = session_shard_slot(shard, link);
		if (slot == NULL || (*seen)++ >= shard->limit)
			return "order of age ends";
		if (!slot_good(shard, slot))
			return "entries have their sum";
		if (session_shard_slot(shard, slot->older) != before)
			return "order of age is the same backwards";
		end =
		    before != NULL ? session_slot_end(before) : slot->position;
		begin = before != NULL ? begin : slot->position;
		if (slot->position < end)
			return "entries do not overlap";
		if (!session_ring_is_zero(
			&shard->ring, end, slot->position - end))
			return "gaps are wiped";
		if (session_shard_find(
			shard, slot->hash, slot->id, slot->id_size) != slot)
			return "entries are found";
	}
	if (session_shard_slot(shard, shard->newest) != before)
		return "newest is the last";
	end = before != NULL ? session_slot_end(before) : begin;
	if (end - begin > shard->ring.size)
		return "ring is not overfull";
	if (!session_ring_is_zero(
		&shard->ring, end, shard->ring.size - (end - begin)))
		return "the free part is wiped";
	return NULL;
}

/* Checks that each used slot is live, or in the list of free slots. */
static const char *
shard_check_slots(struct session_shard *shard, uint32_t live)
{
	struct session_slot *slot;
	uint32_t link, free = 0, chained = 0, i;

	for (link = shard->free; link != 0; link = slot->chain) {
		slot = session_shard_slot(shard, link);
		if (slot == NULL || slot->check != 0 || slot->size != 0 ||
		    free++ >= shard->limit)
			return "free slots are free";
	}
	if (live + free != shard->used)
		return "no slot is lost";
	for (i = 0; i <= shard->bucket_mask; i++) {
		link = session_shard_buckets(shard)[i];
		for (; link != 0; link = session_shard_slot(shard, link)->chain)
			if (session_shard_slot(shard, link) == NULL ||
			    chained++ >= live)
				return "chains hold what there is";
	}
	return chained == live ? NULL : "chains hold all there is";
}

static bool
slot_good(const struct session_shard *shard, const struct session_slot *slot)
{
	uint64_t sum;

	if (slot->size > SESSION_BYTES_MAX || slot->size == 0 ||
	    slot->id_size > SESSION_ID_MAX ||
	    slot->hash != session_hash(shard->seed, slot->id, slot->id_size))
		return false;
	sum = session_ring_sum(&shard->ring, slot->hash, slot->expires_s,
	    slot->position, slot->size);
	return slot->check == session_sum_at(sum, slot->position);
}
