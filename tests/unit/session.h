/*
 * Sessions for the tests of the cache. A number and a version determine the ID
 * and the bytes of a session, so that a copy shows whether it is whole, and
 * which session it is.
 */
#ifndef SESSION_H
#define SESSION_H

#include "sessions/session_cache.h"
#include "unit.h"

#define FOREVER		 INT64_MAX
#define SESSION_ROOM_MIN 24

struct session_id {
	uint8_t bytes[SESSION_ID_MAX];
};

static inline struct session_id
session_id(uint64_t number)
{
	struct session_id id;
	uint64_t state = number, word;
	size_t i;

	for (i = 0; i < sizeof(id.bytes); i += sizeof(word)) {
		word = unit_random(&state);
		memcpy(id.bytes + i, &word, sizeof(word));
	}
	return id;
}

static inline void
session_fill(uint8_t *data, size_t size, uint64_t number, uint64_t version)
{
	uint64_t head[3] = { number, version, size };
	size_t i;

	CHECK(size >= SESSION_ROOM_MIN);
	memcpy(data, head, sizeof(head));
	for (i = sizeof(head); i < size; i++)
		data[i] = (uint8_t)(number * 7 + version * 13 + i * 31);
}

/* Check that these bytes are whole. Returns the version. */
static inline uint64_t
session_verify(const uint8_t *data, size_t size, uint64_t number)
{
	static uint8_t expected[SESSION_BYTES_MAX];
	uint64_t head[3];

	CHECK(size >= SESSION_ROOM_MIN && size <= sizeof(expected));
	memcpy(head, data, sizeof(head));
	CHECK(head[0] == number && head[2] == size);
	session_fill(expected, size, number, head[1]);
	CHECK(memcmp(data, expected, size) == 0);
	return head[1];
}

static inline bool
session_put(struct session_cache *cache, uint64_t number, uint64_t version,
    size_t size, int64_t expires_s)
{
	static uint8_t data[SESSION_BYTES_MAX];
	struct session_id id = session_id(number);

	session_fill(data, size, number, version);
	return session_cache_put(
	    cache, id.bytes, sizeof(id.bytes), data, size, expires_s);
}

/* Returns the version, or 0 for a miss. */
static inline uint64_t
session_get(
    struct session_cache *cache, uint64_t number, int64_t now_s, bool take)
{
	static uint8_t data[SESSION_BYTES_MAX];
	struct session_id id = session_id(number);
	size_t size;

	size = session_cache_get(
	    cache, id.bytes, sizeof(id.bytes), data, sizeof(data), now_s, take);
	return size > 0 ? session_verify(data, size, number) : 0;
}

static inline void
session_remove(struct session_cache *cache, uint64_t number)
{
	struct session_id id = session_id(number);

	session_cache_remove(cache, id.bytes, sizeof(id.bytes));
}

static inline struct session_limits
session_limits(size_t sessions)
{
	struct session_limits limits = { .sessions = sessions };

	return limits;
}

static inline struct session_cache *
session_cache_of(struct session_limits limits)
{
	size_t size = session_cache_size(limits);
	struct session_cache *cache;

	cache = session_cache_init(unit_share(size), size, limits);
	CHECK(cache != NULL);
	return cache;
}

static inline struct session_cache *
session_cache_new(size_t sessions)
{
	return session_cache_of(session_limits(sessions));
}

static inline struct session_cache_counts
session_counts(struct session_cache *cache)
{
	struct session_cache_counts counts;

	session_cache_count(cache, &counts);
	return counts;
}

/* Most sizes are usual ones; now and then one is the greatest allowed. */
static inline size_t
session_any_size(uint64_t *random)
{
	switch (unit_below(random, 64)) {
	case 0:
		return SESSION_BYTES_MAX - unit_below(random, 3);
	case 1:
	case 2:
	case 3:
		return SESSION_ROOM_MIN + unit_below(random, 4000);
	default:
		return SESSION_ROOM_MIN + unit_below(random, 300);
	}
}

#endif
