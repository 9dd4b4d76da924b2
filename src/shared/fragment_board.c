/*
 * A drawer is a log: entries of any size, one after the other in the order of
 * their time, so that the entries that are too old are at the beginning. A
 * drawer also has a list of the latest owners of words.
 */
#include "shared/fragment_board.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "foundation/fault.h"
#include "foundation/shlock.h"

#define OWNERS 16 /* a drawer */
/* Makes room for many entries at once, because the rest has to move. */
#define ROOM_AT_ONCE (FRAGMENT_BOARD_BYTES / 4)

struct entry {
	struct fragment_key key;
	int64_t put_ms;
	uint32_t offset;
	uint32_t size; /* of the data that follows */
};

struct owner {
	struct fragment_key key;
	int64_t claimed_ms;
	uint32_t slot;
	bool is_one;
	uint8_t mark[FRAGMENT_MARK];
};

struct drawer {
	struct shlock lock;
	/* Under the lock: */
	struct owner owner[OWNERS];
	size_t used; /* of the log */
	uint8_t log[FRAGMENT_BOARD_BYTES];
};

struct fragment_board {
	uint64_t seed; /* constant: nobody can choose a drawer */
	uint32_t slots; /* constant */
	struct drawer drawer[FRAGMENT_BOARD_DRAWERS];
	/* Of each slot: the drawers in which it may have fragments. */
	_Atomic uint32_t waiting[];
};

_Static_assert(FRAGMENT_BOARD_DRAWERS == 32, "waiting has a bit a drawer");

static unsigned
board_drawer(const struct fragment_board *, const struct fragment_key *);
static bool drawer_lock(struct drawer *);
static bool drawer_locked(struct drawer *, enum shlock_result);
static void drawer_empty(struct drawer *);
static void drawer_expire(struct drawer *, int64_t);
static void drawer_make_room(struct drawer *, size_t);
static void drawer_append(struct drawer *, const struct fragment_key *,
    const struct fragment *, int64_t);
static void drawer_copy(const struct drawer *, const struct fragment_key *,
    uint32_t, struct fragments *);
static size_t drawer_remove(struct drawer *, const struct fragment_key *);
static struct owner *
drawer_owner(struct drawer *, const struct fragment_key *, int64_t);
static struct owner *
drawer_new_owner(struct drawer *, const struct fragment_key *, int64_t);
static struct owner *
drawer_collect(struct drawer *, uint32_t, int64_t, struct fragments *);
static bool log_next(const uint8_t *, size_t, size_t *, struct entry *);
static bool key_equal(const struct fragment_key *, const struct fragment_key *);

size_t
fragment_board_size(unsigned slots)
{
	return sizeof(struct fragment_board) + slots * sizeof(_Atomic uint32_t);
}

struct fragment_board *
fragment_board_init(void *memory, unsigned slots)
{
	struct fragment_board *board = memory;
	unsigned i;

	arc4random_buf(&board->seed, sizeof(board->seed));
	board->slots = slots;
	for (i = 0; i < FRAGMENT_BOARD_DRAWERS; i++)
		if (shlock_init(&board->drawer[i].lock) == -1)
			return NULL;
	return board;
}

uint32_t
fragment_board_put(struct fragment_board *board, const struct fragment_key *key,
    const struct fragment *fragment, int64_t now_ms)
{
	unsigned number = board_drawer(board, key);
	struct drawer *drawer = &board->drawer[number];
	uint32_t slot = FRAGMENT_BOARD_NOBODY;
	const struct owner *owner;

	if (fragment->size > sizeof(drawer->log) - sizeof(struct entry) ||
	    !drawer_lock(drawer))
		return slot;
	drawer_expire(drawer, now_ms);
	drawer_make_room(drawer, sizeof(struct entry) + fragment->size);
	drawer_append(drawer, key, fragment, now_ms);
	owner = drawer_owner(drawer, key, now_ms);
	if (owner != NULL && owner->slot < board->slots) {
		slot = owner->slot;
		atomic_fetch_or(&board->waiting[slot], UINT32_C(1) << number);
	}
	shlock_unlock(&drawer->lock);
	return slot;
}

void
fragment_board_look(struct fragment_board *board,
    const struct fragment_key *key, uint32_t below, int64_t now_ms,
    struct fragments *out)
{
	struct drawer *drawer = &board->drawer[board_drawer(board, key)];

	out->size = 0;
	if (!drawer_lock(drawer))
		return;
	drawer_expire(drawer, now_ms);
	drawer_copy(drawer, key, below, out);
	shlock_unlock(&drawer->lock);
}

size_t
fragment_board_drop(
    struct fragment_board *board, const struct fragment_key *key)
{
	struct drawer *drawer = &board->drawer[board_drawer(board, key)];
	size_t dropped;

	if (!drawer_lock(drawer))
		return 0;
	dropped = drawer_remove(drawer, key);
	shlock_unlock(&drawer->lock);
	return dropped;
}

void
fragment_board_claim(struct fragment_board *board,
    const struct fragment_key *key, uint32_t slot, const uint8_t *mark,
    int64_t now_ms, struct fragments *out)
{
	struct drawer *drawer = &board->drawer[board_drawer(board, key)];
	struct owner *owner;

	out->size = 0;
	if (slot >= board->slots || !drawer_lock(drawer))
		return;
	owner = drawer_new_owner(drawer, key, now_ms);
	owner->key = *key;
	owner->claimed_ms = now_ms;
	owner->slot = slot;
	owner->is_one = true;
	memcpy(owner->mark, mark, sizeof(owner->mark));
	drawer_expire(drawer, now_ms);
	drawer_copy(drawer, key, UINT32_MAX, out);
	drawer_remove(drawer, key);
	shlock_unlock(&drawer->lock);
}

bool
fragment_board_collect(struct fragment_board *board, uint32_t slot,
    int64_t now_ms, struct fragment_key *key, uint8_t *mark,
    struct fragments *out)
{
	_Atomic uint32_t *waiting = &board->waiting[slot];
	struct owner *owner;
	struct drawer *drawer;
	uint32_t bits, bit;

	while ((bits = atomic_load(waiting)) != 0) {
		bit = bits & (~bits + 1);
		drawer = &board->drawer[ffs((int)bit) - 1];
		/* First: a process that puts more now sets it again. */
		atomic_fetch_and(waiting, ~bit);
		if (!drawer_lock(drawer))
			continue;
		owner = drawer_collect(drawer, slot, now_ms, out);
		if (owner != NULL) {
			*key = owner->key;
			memcpy(mark, owner->mark, sizeof(owner->mark));
			atomic_fetch_or(waiting, bit);
		}
		shlock_unlock(&drawer->lock);
		if (owner != NULL)
			return true;
	}
	return false;
}

void
fragment_board_disown(
    struct fragment_board *board, const struct fragment_key *key, uint32_t slot)
{
	struct drawer *drawer = &board->drawer[board_drawer(board, key)];
	struct owner *owner;

	if (!drawer_lock(drawer))
		return;
	/* However long ago: who collects gets what is of old words, too. */
	for (owner = drawer->owner; owner < drawer->owner + OWNERS; owner++)
		if (owner->slot == slot && key_equal(&owner->key, key))
			owner->is_one = false;
	shlock_unlock(&drawer->lock);
}

void
fragment_board_bury(struct fragment_board *board, uint32_t slot)
{
	struct drawer *drawer;
	unsigned i, j;

	atomic_store(&board->waiting[slot], 0);
	for (i = 0; i < FRAGMENT_BOARD_DRAWERS; i++) {
		drawer = &board->drawer[i];
		if (!drawer_locked(drawer, shlock_try(&drawer->lock)))
			continue;
		for (j = 0; j < OWNERS; j++)
			if (drawer->owner[j].slot == slot)
				drawer->owner[j].is_one = false;
		shlock_unlock(&drawer->lock);
	}
}

bool
fragments_next(
    const struct fragments *fragments, size_t *at, struct fragment *fragment)
{
	struct entry entry;
	size_t next = *at;

	if (!log_next(fragments->data, fragments->size, &next, &entry))
		return false;
	fragment->offset = entry.offset;
	fragment->size = entry.size;
	fragment->data = fragments->data + next - entry.size;
	*at = next;
	return true;
}

/* FNV-1a, which begins with a secret value. */
static unsigned
board_drawer(const struct fragment_board *board, const struct fragment_key *key)
{
	uint64_t hash = board->seed;
	size_t i;

	for (i = 0; i < sizeof(key->bytes); i++)
		hash = (hash ^ key->bytes[i]) * UINT64_C(0x100000001b3);
	return (unsigned)(hash >> 32) % FRAGMENT_BOARD_DRAWERS;
}

static bool
drawer_lock(struct drawer *drawer)
{
	return drawer_locked(drawer, shlock_lock(&drawer->lock));
}

/* Returns true if the lock is held and what it guards is whole. */
static bool
drawer_locked(struct drawer *drawer, enum shlock_result result)
{
	switch (result) {
	case SHLOCK_BUSY:
		return false;
	case SHLOCK_OWNER_DIED:
		drawer_empty(drawer);
		shlock_repaired(&drawer->lock);
		break;
	case SHLOCK_HELD:
		if (drawer->used > sizeof(drawer->log))
			drawer_empty(drawer);
		break;
	}
	return true;
}

static void
drawer_empty(struct drawer *drawer)
{
	memset(drawer->owner, 0, sizeof(drawer->owner));
	drawer->used = 0;
}

/* Clocks that are read once a turn may differ: then one goes a bit later. */
static void
drawer_expire(struct drawer *drawer, int64_t now_ms)
{
	size_t keep = 0, at = 0;
	struct entry entry;

	while (log_next(drawer->log, drawer->used, &at, &entry) &&
	    now_ms - entry.put_ms > FRAGMENT_BOARD_KEPT_MS)
		keep = at;
	if (keep == 0)
		return;
	drawer->used -= keep;
	memmove(drawer->log, drawer->log + keep, drawer->used);
}

static void
drawer_make_room(struct drawer *drawer, size_t room)
{
	size_t keep = 0, least = room > ROOM_AT_ONCE ? room : ROOM_AT_ONCE;
	struct entry entry;

	if (sizeof(drawer->log) - drawer->used >= room)
		return;
	while (sizeof(drawer->log) - (drawer->used - keep) < least &&
	    log_next(drawer->log, drawer->used, &keep, &entry))
		;
	drawer->used -= keep;
	memmove(drawer->log, drawer->log + keep, drawer->used);
}

static void
drawer_append(struct drawer *drawer, const struct fragment_key *key,
    const struct fragment *fragment, int64_t now_ms)
{
	struct entry entry = { .key = *key,
		.put_ms = now_ms,
		.offset = fragment->offset,
		.size = (uint32_t)fragment->size };
	uint8_t *at = drawer->log + drawer->used;

	memcpy(at, &entry, sizeof(entry));
	fault_point("fragment-put");
	memcpy(at + sizeof(entry), fragment->data, fragment->size);
	drawer->used += sizeof(entry) + fragment->size;
}

static void
drawer_copy(const struct drawer *drawer, const struct fragment_key *key,
    uint32_t below, struct fragments *out)
{
	struct entry entry;
	size_t at = 0, size;

	out->size = 0;
	while (log_next(drawer->log, drawer->used, &at, &entry)) {
		if (!key_equal(&entry.key, key) || entry.offset >= below)
			continue;
		size = sizeof(entry) + entry.size;
		memcpy(out->data + out->size, drawer->log + at - size, size);
		out->size += size;
	}
}

static size_t
drawer_remove(struct drawer *drawer, const struct fragment_key *key)
{
	size_t at = 0, kept = 0, removed = 0, size;
	struct entry entry;

	while (log_next(drawer->log, drawer->used, &at, &entry)) {
		if (key_equal(&entry.key, key)) {
			removed += entry.size;
			continue;
		}
		size = sizeof(entry) + entry.size;
		if (kept < at - size)
			memmove(
			    drawer->log + kept, drawer->log + at - size, size);
		kept += size;
	}
	drawer->used = kept;
	return removed;
}

/* Returns NULL if no process has claimed the word lately. */
static struct owner *
drawer_owner(
    struct drawer *drawer, const struct fragment_key *key, int64_t now_ms)
{
	struct owner *owner;

	for (owner = drawer->owner; owner < drawer->owner + OWNERS; owner++)
		if (owner->is_one && key_equal(&owner->key, key) &&
		    now_ms - owner->claimed_ms <= FRAGMENT_BOARD_KEPT_MS)
			return owner;
	return NULL;
}

/* Returns the place of this word, a free one, or that of the oldest. */
static struct owner *
drawer_new_owner(
    struct drawer *drawer, const struct fragment_key *key, int64_t now_ms)
{
	struct owner *owner = drawer_owner(drawer, key, now_ms), *oldest;

	if (owner != NULL)
		return owner;
	oldest = drawer->owner;
	for (owner = drawer->owner; owner < drawer->owner + OWNERS; owner++) {
		if (!owner->is_one)
			return owner;
		if (owner->claimed_ms < oldest->claimed_ms)
			oldest = owner;
	}
	return oldest;
}

/* Returns the first word of this slot that has fragments. */
static struct owner *
drawer_collect(
    struct drawer *drawer, uint32_t slot, int64_t now_ms, struct fragments *out)
{
	struct owner *owner;

	drawer_expire(drawer, now_ms);
	for (owner = drawer->owner; owner < drawer->owner + OWNERS; owner++) {
		if (!owner->is_one || owner->slot != slot)
			continue;
		drawer_copy(drawer, &owner->key, UINT32_MAX, out);
		if (drawer_remove(drawer, &owner->key) > 0)
			return owner;
	}
	return NULL;
}

/* Gets the entry at *at and moves *at to the next. False: there is none. */
static bool
log_next(const uint8_t *log, size_t used, size_t *at, struct entry *entry)
{
	size_t left = used - *at;

	if (left < sizeof(*entry))
		return false;
	memcpy(entry, log + *at, sizeof(*entry));
	if (entry->size > left - sizeof(*entry))
		return false;
	*at += sizeof(*entry) + entry->size;
	return true;
}

static bool
key_equal(const struct fragment_key *one, const struct fragment_key *other)
{
	return memcmp(one->bytes, other->bytes, sizeof(one->bytes)) == 0;
}
