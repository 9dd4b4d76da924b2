#include "sessions/session_ring.h"

#include <string.h>

static uint8_t *ring_byte(const struct session_ring *, uint64_t);
static size_t ring_first(const struct session_ring *, uint64_t, uint64_t);
static bool bytes_are_zero(const uint8_t *, size_t);
static uint64_t sum_add(uint64_t, const void *, size_t);
static uint64_t mix(uint64_t, uint64_t);

uint64_t
session_ring_room(size_t size)
{
	return (size + SESSION_UNIT - 1) & ~(uint64_t)(SESSION_UNIT - 1);
}

void
session_ring_write(
    struct session_ring *ring, uint64_t position, const void *data, size_t size)
{
	size_t first = ring_first(ring, position, size);

	memcpy(ring_byte(ring, position), data, first);
	SESSION_STEP();
	memcpy(ring_byte(ring, 0), (const uint8_t *)data + first, size - first);
}

void
session_ring_read(
    const struct session_ring *ring, uint64_t position, void *data, size_t size)
{
	size_t first = ring_first(ring, position, size);

	memcpy(data, ring_byte(ring, position), first);
	memcpy((uint8_t *)data + first, ring_byte(ring, 0), size - first);
}

void
session_ring_wipe(struct session_ring *ring, uint64_t position, uint64_t size)
{
	size_t first = ring_first(ring, position, size);

	explicit_bzero(ring_byte(ring, position), first);
	SESSION_STEP();
	explicit_bzero(ring_byte(ring, 0), size - first);
}

bool
session_ring_is_zero(
    const struct session_ring *ring, uint64_t position, uint64_t size)
{
	size_t first = ring_first(ring, position, size);

	return bytes_are_zero(ring_byte(ring, position), first) &&
	    bytes_are_zero(ring_byte(ring, 0), (size_t)size - first);
}

uint64_t
session_hash(uint64_t seed, const uint8_t *id, size_t id_size)
{
	return sum_add(mix(seed, id_size), id, id_size);
}

uint64_t
session_sum(uint64_t hash, int64_t expires_s, const void *data, size_t size)
{
	return sum_add(mix(mix(hash, (uint64_t)expires_s), size), data, size);
}

/* The ring has a whole number of words, so a sum can go on at its beginning. */
uint64_t
session_ring_sum(const struct session_ring *ring, uint64_t hash,
    int64_t expires_s, uint64_t position, size_t size)
{
	size_t first = ring_first(ring, position, size);
	uint64_t sum = mix(mix(hash, (uint64_t)expires_s), size);

	sum = sum_add(sum, ring_byte(ring, position), first);
	return sum_add(sum, ring_byte(ring, 0), size - first);
}

uint64_t
session_sum_at(uint64_t sum, uint64_t position)
{
	return mix(sum, position) | 1;
}

static uint8_t *
ring_byte(const struct session_ring *ring, uint64_t position)
{
	return (uint8_t *)(uintptr_t)ring + ring->offset +
	    position % ring->size;
}

/* Returns how many of size bytes are before the end of the ring. */
static size_t
ring_first(const struct session_ring *ring, uint64_t position, uint64_t size)
{
	uint64_t rest = ring->size - position % ring->size;

	return (size_t)(size < rest ? size : rest);
}

static bool
bytes_are_zero(const uint8_t *bytes, size_t size)
{
	return size == 0 ||
	    (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* May be called for the next bytes only if size was a multiple of 8. */
static uint64_t
sum_add(uint64_t sum, const void *data, size_t size)
{
	const uint8_t *at = data;
	uint64_t word;

	for (; size >= sizeof(word); size -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum = mix(sum, word);
		at += sizeof(word);
	}
	if (size > 0) {
		word = 0;
		memcpy(&word, at, size);
		sum = mix(sum, word);
	}
	return sum;
}

static uint64_t
mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return sum ^ sum >> 29;
}
