/*
 * Two complete sets, and a generation that only grows: generation g is in the
 * set g % 2. To publish g + 1 the writer
 *
 *	1. fills the set (g + 1) % 2 (behind a release fence),
 *	2. stores g + 1 in `generation` (release),
 *	3. wipes the set g % 2 (behind a release fence).
 *
 * A reader loads g (acquire), copies from the set g % 2, and takes the copy
 * if `generation` is still g (behind an acquire fence); else it begins again.
 *
 * No torn read: between 2. of generation g and 2. of g + 1 nobody writes to
 * the set g % 2. What a reader of g copies is not older than 1. of g, for its
 * load of g came after 2. of g. If any word of it is younger, it was stored
 * behind a fence that follows 2. of g + 1, so the second load of `generation`
 * sees g + 1 or more, and the copy is thrown away. The numbers never come
 * back, so there is no mistaking g + 2 for g.
 *
 * No waiting: while a writer is stopped or dead, wherever in these steps,
 * `generation` stands still, and its set is whole. A reader begins again only
 * if a set was published while it copied 100 bytes, and keys are published
 * seconds apart; each time it does, another rotation has gone on.
 *
 * A writer that was killed leaves a half-written set that is not the current
 * one. The next one writes all of it.
 */
#include "sessions/ticket_keys.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/randomness.h"

#define CACHE_LINE 64
#define KEY_WORDS  (sizeof(struct ticket_key) / sizeof(uint64_t))
/* Besides old keys there are the current and the next one. */
#define OLD_MAX (TICKET_KEYS_MAX - 2)

_Static_assert(sizeof(struct ticket_key) % sizeof(uint64_t) == 0,
    "keys are copied as whole words");
_Static_assert(offsetof(struct ticket_key, name) == 0 &&
	TICKET_KEY_NAME_SIZE == 2 * sizeof(uint64_t),
    "a key begins with the two words of its name");

/* Atomic, since a reader may read while they change; it finds out later. */
struct key_words {
	_Atomic uint64_t word[KEY_WORDS];
};

struct key_set {
	alignas(CACHE_LINE) _Atomic uint64_t count;
	struct key_words key[TICKET_KEYS_MAX];
};

struct ticket_keys {
	alignas(CACHE_LINE) _Atomic uint64_t generation;
	struct key_set set[2];
};

/* Places in a list that is rotated; old keys follow, the youngest first. */
enum { KEY_CURRENT, KEY_NEXT, KEY_OLD };

static int keys_make(struct ticket_key *, const struct randomness *);
static void keys_write(struct key_set *, const struct ticket_key_list *);
static void keys_copy(const struct key_words *, struct ticket_key *);
static bool
keys_find(const struct key_set *, const uint64_t[2], struct ticket_key *);
static const struct key_set *keys_begin(const struct ticket_keys *, uint64_t *);
static bool keys_changed(const struct ticket_keys *, uint64_t);

size_t
ticket_keys_size(void)
{
	return sizeof(struct ticket_keys);
}

struct ticket_keys *
ticket_keys_init(void *memory, const struct randomness *randomness)
{
	struct ticket_keys *keys = memory;
	struct ticket_key_list list = { .count = KEY_OLD };

	if (keys_make(&list.key[KEY_CURRENT], randomness) == 0 &&
	    keys_make(&list.key[KEY_NEXT], randomness) == 0)
		ticket_keys_publish(keys, &list);
	else
		keys = NULL;
	ticket_key_list_wipe(&list);
	return keys;
}

void
ticket_keys_publish(
    struct ticket_keys *keys, const struct ticket_key_list *list)
{
	static const struct ticket_key_list nothing = { .count = 0 };
	uint64_t now = atomic_load(&keys->generation);

	keys_write(&keys->set[(now + 1) % 2], list);
	atomic_store_explicit(&keys->generation, now + 1, memory_order_release);
	keys_write(&keys->set[now % 2], &nothing);
}

int
ticket_keys_rotate(struct ticket_keys *keys,
    const struct randomness *randomness, int64_t now_s, unsigned lifetime_s)
{
	uint64_t now = atomic_load(&keys->generation);
	const struct key_set *set = &keys->set[now % 2];
	struct ticket_key_list list = { .count = KEY_OLD };
	size_t i, count = atomic_load(&set->count);
	struct ticket_key *key;

	if (keys_make(&list.key[KEY_NEXT], randomness) == -1) {
		ticket_key_list_wipe(&list);
		return -1;
	}
	keys_copy(&set->key[KEY_NEXT], &list.key[KEY_CURRENT]);
	for (i = 0; i < count && list.count < TICKET_KEYS_MAX; i++) {
		if (i == KEY_NEXT)
			continue;
		key = &list.key[list.count];
		keys_copy(&set->key[i], key);
		if (i == KEY_CURRENT) {
			key->expires_s = now_s + lifetime_s;
			key->renew = true;
		}
		if (key->expires_s >= now_s)
			list.count++;
	}
	ticket_keys_publish(keys, &list);
	ticket_key_list_wipe(&list);
	return 0;
}

/*
 * With a rotation every r seconds, a key that gets old is of use for lifetime_s
 * more. So there are lifetime_s / r old keys of use, and the one that gets old
 * now.
 */
unsigned
ticket_keys_rotate_min_s(unsigned lifetime_s)
{
	return lifetime_s / OLD_MAX + 1;
}

void
ticket_key_list_wipe(struct ticket_key_list *list)
{
	explicit_bzero(list, sizeof(*list));
}

void
ticket_keys_current(const struct ticket_keys *keys, struct ticket_key *key)
{
	uint64_t generation;

	do
		keys_copy(keys_begin(keys, &generation)->key, key);
	while (keys_changed(keys, generation));
}

enum ticket_key_age
ticket_keys_find(const struct ticket_keys *keys,
    const uint8_t name[TICKET_KEY_NAME_SIZE], int64_t now_s,
    struct ticket_key *key)
{
	uint64_t generation, wanted[2];
	bool found;

	memcpy(wanted, name, sizeof(wanted));
	do
		found = keys_find(keys_begin(keys, &generation), wanted, key);
	while (keys_changed(keys, generation));
	if (!found)
		return TICKET_KEY_NONE;
	if (key->expires_s < now_s) {
		explicit_bzero(key, sizeof(*key));
		return TICKET_KEY_NONE;
	}
	return key->renew ? TICKET_KEY_OLD : TICKET_KEY_NEW;
}

/* In libssl's order: a generator may give each call what comes next. */
static int
keys_make(struct ticket_key *key, const struct randomness *randomness)
{
	if (randomness->public_bytes(key->name, sizeof(key->name)) == -1 ||
	    randomness->secret_bytes(key->hmac, sizeof(key->hmac)) == -1 ||
	    randomness->secret_bytes(key->aes, sizeof(key->aes)) == -1)
		return -1;
	key->aes_size = sizeof(key->aes);
	key->hmac_size = sizeof(key->hmac);
	key->expires_s = TICKET_KEY_FOREVER;
	key->renew = false;
	return 0;
}

/* Writes the whole set, so that nothing of the old one is left. */
static void
keys_write(struct key_set *set, const struct ticket_key_list *list)
{
	static const uint64_t zero[KEY_WORDS];
	uint64_t word[KEY_WORDS];
	size_t i, w;

	/* A reader that sees a store below sees this value of `generation`. */
	atomic_thread_fence(memory_order_release);
	atomic_store_explicit(&set->count, list->count, memory_order_relaxed);
	for (i = 0; i < TICKET_KEYS_MAX; i++) {
		memcpy(word,
		    i < list->count ? (const void *)&list->key[i] : zero,
		    sizeof(word));
		for (w = 0; w < KEY_WORDS; w++)
			atomic_store_explicit(&set->key[i].word[w], word[w],
			    memory_order_relaxed);
	}
	explicit_bzero(word, sizeof(word));
}

static void
keys_copy(const struct key_words *from, struct ticket_key *key)
{
	uint64_t word[KEY_WORDS];
	size_t w;

	for (w = 0; w < KEY_WORDS; w++)
		word[w] =
		    atomic_load_explicit(&from->word[w], memory_order_relaxed);
	memcpy(key, word, sizeof(*key));
	explicit_bzero(word, sizeof(word));
}

/* The set may be changing: no value in it does harm. */
static bool
keys_find(
    const struct key_set *set, const uint64_t name[2], struct ticket_key *key)
{
	uint64_t i, count;
	const struct key_words *its;

	count = atomic_load_explicit(&set->count, memory_order_relaxed);
	for (i = 0; i < count && i < TICKET_KEYS_MAX; i++) {
		its = &set->key[i];
		if (atomic_load_explicit(&its->word[0], memory_order_relaxed) !=
			name[0] ||
		    atomic_load_explicit(&its->word[1], memory_order_relaxed) !=
			name[1])
			continue;
		keys_copy(its, key);
		return true;
	}
	return false;
}

static const struct key_set *
keys_begin(const struct ticket_keys *keys, uint64_t *generation)
{
	*generation =
	    atomic_load_explicit(&keys->generation, memory_order_acquire);
	return &keys->set[*generation % 2];
}

static bool
keys_changed(const struct ticket_keys *keys, uint64_t generation)
{
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&keys->generation, memory_order_relaxed) !=
	    generation;
}
