/*
 * The bytes of a shard of the session cache: a ring, used by position, which
 * is counted on without wrapping; and the sums that tell whether the bytes at
 * a position are still the entry that was put there.
 */
#ifndef SESSION_RING_H
#define SESSION_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes are given out in units of this: sums and cache lines like it. */
#define SESSION_UNIT 64

struct session_ring {
	uint64_t size; /* a multiple of SESSION_UNIT */
	size_t offset; /* of the bytes, from this struct */
};

/* What an entry of that size takes up. */
uint64_t session_ring_room(size_t size);
void session_ring_write(
    struct session_ring *, uint64_t position, const void *data, size_t size);
void session_ring_read(
    const struct session_ring *, uint64_t position, void *data, size_t size);
void session_ring_wipe(struct session_ring *, uint64_t position, uint64_t size);
bool session_ring_is_zero(
    const struct session_ring *, uint64_t position, uint64_t size);

uint64_t session_hash(uint64_t seed, const uint8_t *id, size_t id_size);
/* Of the content, wherever it lies. hash is session_hash's. */
uint64_t
session_sum(uint64_t hash, int64_t expires_s, const void *data, size_t size);
/* The same for content at a position. */
uint64_t session_ring_sum(const struct session_ring *, uint64_t hash,
    int64_t expires_s, uint64_t position, size_t size);
/* The sum of the content at this position. Never 0. */
uint64_t session_sum_at(uint64_t sum, uint64_t position);

/*
 * Every moment in a critical section at which a crash would leave something
 * different behind. The processor keeps the order for a process that is
 * killed, the compiler has to be told. A test has itself called there.
 */
#ifdef SESSION_CACHE_STEPS
void session_cache_step(void);
#define SESSION_STEP()                                     \
	do {                                               \
		atomic_signal_fence(memory_order_seq_cst); \
		session_cache_step();                      \
	} while (0)
#else
#define SESSION_STEP() atomic_signal_fence(memory_order_seq_cst)
#endif

#endif
