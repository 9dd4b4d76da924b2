/*
 * The quota stays exact, and the other workers go on, at whatever instruction a
 * worker is killed or stopped. A robust lock would be simpler, but a worker
 * that is stopped with the lock held would keep all others from accepting: the
 * test that stops a worker at each instruction (tests/unit/accept_quota_test.c)
 * fails with such a lock.
 *
 * Claims are numbered 1, 2, 3, …; `last` holds the number of the newest claim
 * and the slot that made it, so that one compare-and-swap makes a claim and
 * tells whose it is. A process that replaces `last` by its own claim first
 * notes the old number in the slot of the old claim, whose owner may have died
 * before it could do so itself. A claim is open while its slot's `claim` is not
 * the slot's `settled`.
 *
 * All claims that were ever made are in force, except those that were given
 * back. `given_back` only grows, so a value that is read too early lets in too
 * few, never too many. While fewer claims were made than are allowed, it does
 * not matter, and nobody reads the slots of all others.
 */
#include "shared/accept_quota.h"

#include <stdalign.h>
#include <stdatomic.h>

#define CACHE_LINE 64
#define SLOT_BITS  16
#define SLOT_MASK  ((UINT64_C(1) << SLOT_BITS) - 1)

struct quota_slot {
	/* The number of its newest claim; anybody may raise it. */
	alignas(CACHE_LINE) _Atomic uint64_t claim;
	/* Written by the slot's owner, or by the master when that is dead: */
	_Atomic uint64_t settled; /* the claim that was used or given back */
	_Atomic uint64_t given_back; /* how many */
};

struct accept_quota {
	/* Claim number << SLOT_BITS | slot. */
	alignas(CACHE_LINE) _Atomic uint64_t last;
	int64_t limit; /* constant */
	unsigned slots; /* constant */
	struct quota_slot slot[];
};

static bool quota_counts(const struct accept_quota *, unsigned);
static void quota_note(struct accept_quota *, uint64_t);
static uint64_t quota_claim_of(const struct accept_quota *, uint64_t, unsigned);
static uint64_t quota_given_back(const struct accept_quota *);

size_t
accept_quota_size(unsigned slots)
{
	return sizeof(struct accept_quota) + slots * sizeof(struct quota_slot);
}

struct accept_quota *
accept_quota_init(void *memory, int64_t limit, unsigned slots)
{
	struct accept_quota *quota = memory;
	unsigned i;

	atomic_init(&quota->last, 0);
	quota->limit = limit;
	quota->slots = slots <= SLOT_MASK ? slots : SLOT_MASK;
	for (i = 0; i < quota->slots; i++) {
		atomic_init(&quota->slot[i].claim, 0);
		atomic_init(&quota->slot[i].settled, 0);
		atomic_init(&quota->slot[i].given_back, 0);
	}
	return quota;
}

bool
accept_quota_claim(struct accept_quota *quota, unsigned slot)
{
	const uint64_t limit = (uint64_t)quota->limit;
	uint64_t last, claim, next;

	if (!quota_counts(quota, slot))
		return quota->limit == -1;
	last = atomic_load(&quota->last);
	if (quota_claim_of(quota, last, slot) !=
	    atomic_load(&quota->slot[slot].settled))
		return true;
	do {
		claim = (last >> SLOT_BITS) + 1;
		if (claim > limit && claim - quota_given_back(quota) > limit)
			return false;
		quota_note(quota, last);
		next = claim << SLOT_BITS | slot;
	} while (!atomic_compare_exchange_weak(&quota->last, &last, next));
	quota_note(quota, next);
	return true;
}

void
accept_quota_give_back(struct accept_quota *quota, unsigned slot)
{
	struct quota_slot *owner = &quota->slot[slot];
	uint64_t claim;

	if (!quota_counts(quota, slot))
		return;
	claim = atomic_load(&owner->claim);
	if (claim == atomic_load(&owner->settled))
		return;
	/*
	 * This order: killed in between, the claim is free for others and
	 * burying it changes nothing.
	 */
	atomic_fetch_add(&owner->given_back, 1);
	atomic_store(&owner->settled, claim);
}

bool
accept_quota_use(struct accept_quota *quota, unsigned slot)
{
	struct quota_slot *owner = &quota->slot[slot];

	if (!quota_counts(quota, slot))
		return false;
	atomic_store(&owner->settled, atomic_load(&owner->claim));
	return accept_quota_exhausted(quota);
}

void
accept_quota_bury(struct accept_quota *quota, unsigned slot)
{
	if (!quota_counts(quota, slot))
		return;
	quota_note(quota, atomic_load(&quota->last));
	accept_quota_use(quota, slot);
}

/*
 * The order of the three reads matters: a claim that `last` includes and that
 * is no longer open was used, or is seen in given_back, which is read last.
 */
bool
accept_quota_exhausted(const struct accept_quota *quota)
{
	uint64_t last;
	unsigned i;

	if (quota->limit == -1)
		return false;
	last = atomic_load(&quota->last);
	if (last >> SLOT_BITS < (uint64_t)quota->limit)
		return false;
	for (i = 0; i < quota->slots; i++)
		if (quota_claim_of(quota, last, i) !=
		    atomic_load(&quota->slot[i].settled))
			return false;
	return (int64_t)((last >> SLOT_BITS) - quota_given_back(quota)) >=
	    quota->limit;
}

static bool
quota_counts(const struct accept_quota *quota, unsigned slot)
{
	return quota->limit != -1 && slot < quota->slots;
}

/* Only ever upwards: a late helper must not bring an old claim back. */
static void
quota_note(struct accept_quota *quota, uint64_t last)
{
	_Atomic uint64_t *noted = &quota->slot[last & SLOT_MASK].claim;
	uint64_t claim = last >> SLOT_BITS, old = atomic_load(noted);

	while (old < claim && !atomic_compare_exchange_weak(noted, &old, claim))
		;
}

/* The slot's newest claim, which may stand in `last` only. */
static uint64_t
quota_claim_of(const struct accept_quota *quota, uint64_t last, unsigned slot)
{
	uint64_t claim = atomic_load(&quota->slot[slot].claim);

	if ((last & SLOT_MASK) == slot && last >> SLOT_BITS > claim)
		return last >> SLOT_BITS;
	return claim;
}

static uint64_t
quota_given_back(const struct accept_quota *quota)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < quota->slots; i++)
		sum += atomic_load(&quota->slot[i].given_back);
	return sum;
}
