/*
 * A claim is one word, so it is made whole or not at all, even if a process is
 * killed. The cookie chooses a few words of which one takes the claim, and 32
 * more of its bits are stored in the word. Cookies are MACs, so no peer can aim
 * at the word of another one.
 *
 * A new claim takes the place of the oldest one. The cookie of that one is then
 * no longer protected against its own duplicate. But there is room for more
 * than a minute with 4,000 new peers a second, and no datagram is in a queue
 * for so long.
 */
#include "shared/peer_claims.h"

#include <stdatomic.h>
#include <string.h>

#define CLAIMS_BITS 18
#define CLAIMS	    (UINT32_C(1) << CLAIMS_BITS)
#define CLAIMS_WAYS 4 /* words that a cookie chooses */

/*
 * tag << 32 | (slot + 1) << 16 | time; 0: free. The time is in units of 16 ms
 * and begins again every 17 minutes: then an old claim looks new, but no cookie
 * lives so long that it could match.
 */
#define CLAIM_SLOT_BITS 16
#define CLAIM_TIME_BITS 16
#define CLAIM_UNIT_MS	16
/* In units, the one that has begun among them. */
#define CLAIM_KEPT (PEER_CLAIMS_KEPT_MS / CLAIM_UNIT_MS + 1)

struct peer_claims {
	_Atomic uint64_t word[CLAIMS];
};

static uint64_t claim_of(uint32_t, unsigned, int64_t);
static _Atomic uint64_t *claim_place(_Atomic uint64_t *, uint64_t, uint64_t *);
static int claim_worth(uint64_t, uint64_t);
static bool claim_holds(uint64_t, uint64_t);
static uint16_t claim_age(uint64_t, uint64_t);
static uint64_t claim_tag(uint64_t);
static unsigned claim_owner(uint64_t);

size_t
peer_claims_size(void)
{
	return sizeof(struct peer_claims);
}

struct peer_claims *
peer_claims_init(void *memory)
{
	return memory;
}

bool
peer_claims_take(struct peer_claims *claims, const uint8_t *cookie,
    unsigned slot, int64_t now_ms)
{
	_Atomic uint64_t *words, *place;
	uint64_t old, mine;
	uint32_t index, tag;

	memcpy(&index, cookie, sizeof(index));
	memcpy(&tag, cookie + sizeof(index), sizeof(tag));
	words = &claims->word[index % CLAIMS / CLAIMS_WAYS * CLAIMS_WAYS];
	mine = claim_of(tag, slot, now_ms);
	/* After a claim of another process look again: same cookie? */
	do {
		place = claim_place(words, mine, &old);
		if (place == NULL)
			return false;
	} while (!atomic_compare_exchange_strong(place, &old, mine));
	return true;
}

void
peer_claims_bury(struct peer_claims *claims, unsigned slot)
{
	uint64_t old;
	uint32_t i;

	for (i = 0; i < CLAIMS; i++) {
		old = atomic_load_explicit(
		    &claims->word[i], memory_order_relaxed);
		/* A claim that replaces it now is of a process that lives. */
		if (claim_owner(old) == slot + 1)
			atomic_compare_exchange_strong(
			    &claims->word[i], &old, 0);
	}
}

static uint64_t
claim_of(uint32_t tag, unsigned slot, int64_t now_ms)
{
	return (uint64_t)tag << (CLAIM_SLOT_BITS + CLAIM_TIME_BITS) |
	    (uint64_t)(slot + 1) << CLAIM_TIME_BITS |
	    (uint16_t)(now_ms / CLAIM_UNIT_MS);
}

/*
 * Returns the word for a claim, which is free or the oldest, and its value; or
 * NULL if the same cookie is claimed.
 */
static _Atomic uint64_t *
claim_place(_Atomic uint64_t *words, uint64_t mine, uint64_t *old)
{
	_Atomic uint64_t *place = NULL;
	uint64_t word;
	int i;

	for (i = 0; i < CLAIMS_WAYS; i++) {
		word = atomic_load(&words[i]);
		if (claim_holds(word, mine))
			return NULL;
		if (place != NULL &&
		    claim_worth(word, mine) >= claim_worth(*old, mine))
			continue;
		place = &words[i];
		*old = word;
	}
	return place;
}

/* Returns less the older the claim is. */
static int
claim_worth(uint64_t word, uint64_t mine)
{
	return claim_owner(word) == 0 ? -1 : UINT16_MAX - claim_age(word, mine);
}

/* Returns true if the word claims the same cookie and is still good. */
static bool
claim_holds(uint64_t word, uint64_t mine)
{
	return claim_owner(word) != 0 && claim_tag(word) == claim_tag(mine) &&
	    claim_age(word, mine) <= CLAIM_KEPT;
}

/* Its owner may have read the clock a little later. */
static uint16_t
claim_age(uint64_t word, uint64_t mine)
{
	uint16_t age = (uint16_t)(mine - word);

	return age > UINT16_MAX - CLAIM_KEPT ? 0 : age;
}

static uint64_t
claim_tag(uint64_t word)
{
	return word >> (CLAIM_SLOT_BITS + CLAIM_TIME_BITS);
}

/* Returns the slot + 1. */
static unsigned
claim_owner(uint64_t word)
{
	return word >> CLAIM_TIME_BITS & ((1U << CLAIM_SLOT_BITS) - 1);
}
