/*
 * The bytes of a shard of the session cache: a ring that is used by positions,
 * which grow for ever and do not wrap; and the sums that tell whether the bytes
 * at a position are still those of the entry that was stored there.
 */
#ifndef SESSION_RING_H
#define SESSION_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An entry takes whole units: the size of a cache line, and fit for sums. */
#define SESSION_UNIT 64

struct session_ring {
	uint64_t size; /* a multiple of SESSION_UNIT */
	size_t offset; /* of the bytes, from this struct */
};

/* Returns how many bytes of the ring an entry of that size takes. */
uint64_t session_ring_room(size_t size);
void session_ring_write(
    struct session_ring *, uint64_t position, const void *data, size_t size);
void session_ring_read(
    const struct session_ring *, uint64_t position, void *data, size_t size);
void session_ring_wipe(struct session_ring *, uint64_t position, uint64_t size);
bool session_ring_is_zero(
    const struct session_ring *, uint64_t position, uint64_t size);

uint64_t session_hash(uint64_t seed, const uint8_t *id, size_t id_size);
/* The sum of a content, without its position. hash: from session_hash. */
uint64_t
session_sum(uint64_t hash, int64_t expires_s, const void *data, size_t size);
/* The same sum of the content that is at a position of the ring. */
uint64_t session_ring_sum(const struct session_ring *, uint64_t hash,
    int64_t expires_s, uint64_t position, size_t size);
/* Returns the sum of a content and its position. Never 0. */
uint64_t session_sum_at(uint64_t sum, uint64_t position);

/*
 * Stands at every moment in a critical section at which a crash would leave
 * something different behind. The stores of a process that is killed are in
 * order for the processor, but the compiler must be kept from moving them. A
 * test has a function of its own called at each step.
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
