/*
 * Counters in shared memory, a cache line of its own for each process slot,
 * so that a dead worker's numbers are not lost and nobody waits for a lock.
 * A slot is written by one worker at a time and read by everybody.
 *
 * The first group has the meaning of the stock program's table. It is fed by
 * us, not by SSL_CTX_sess_*(3), whose numbers die with a worker.
 */
#ifndef STATS_H
#define STATS_H

#include <stddef.h>
#include <stdint.h>

struct textbuf;

enum stats_counter {
	STAT_ACCEPTS, /* handshakes begun */
	STAT_RENEGOTIATIONS,
	STAT_ACCEPTS_FINISHED,
	STAT_HITS,
	STAT_MISSES,
	STAT_TIMEOUTS,
	STAT_CALLBACK_HITS,
	STAT_CACHE_FULL,
	/* Beyond the stock table */
	STAT_CONNECTIONS, /* accepted */
	STAT_RESUMED, /* handshakes finished that resumed a session */
	STAT_FAILED, /* handshakes that failed */
	STAT_TIMED_OUT, /* connections ended by one of our deadlines */
	STAT_COUNT
};

struct stats; /* in shared memory */

size_t stats_size(unsigned slots);
struct stats *stats_init(void *memory, unsigned slots);
void stats_add(struct stats *, unsigned slot, enum stats_counter, uint64_t n);
uint64_t stats_get(const struct stats *, unsigned slot, enum stats_counter);
/* Over all slots. */
uint64_t stats_sum(const struct stats *, enum stats_counter);

/*
 * The stock program's table of twelve lines, from the sums. The number of
 * items in the cache is the caller's to know; allowed is what
 * stands in "cache full overflows (N allowed)".
 */
void stats_table(const struct stats *, uint64_t cache_items, unsigned allowed,
    struct textbuf *);

#endif
