/*
 * Counters in shared memory. Each process slot has cache lines of its own, so
 * that the numbers of a dead worker are not lost and no process waits for a
 * lock. One process at a time writes a slot, and all may read it. The process
 * that takes the place of a dead one goes on with its numbers.
 *
 * The counters of the first group mean what the rows of the stock program's
 * table mean. Our own code counts, not SSL_CTX_sess_*(3), whose numbers are
 * lost when a worker dies.
 */
#ifndef STATS_H
#define STATS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct textbuf;

/* TLS 1.0 to 1.3, DTLS 1.0, DTLS 1.2, in this order. */
#define STATS_VERSIONS 6

/* How the first handshake of a connection was finished. */
enum stats_kind {
	STATS_FULL,
	STATS_BY_ID, /* resumed a session of the cache, also in TLS 1.3 */
	STATS_BY_TICKET, /* resumed a session that was in the client's ticket */
	STATS_BY_PSK, /* used a key of -psk or -psk_session, in TLS 1.3 */
	STATS_KINDS
};

/*
 * Bucket i counts times from 2^i microseconds to below 2^(i+1). The first one
 * counts 0 as well, and the last one all longer times.
 */
#define STATS_BUCKETS 32

enum stats_counter {
	/* The rows of the table, which share a cache line. */
	STAT_ACCEPTS, /* handshakes begun */
	STAT_RENEGOTIATIONS,
	STAT_ACCEPTS_FINISHED, /* also renegotiations */
	STAT_HITS,
	STAT_MISSES,
	STAT_TIMEOUTS, /* sessions offered that were too old */
	STAT_CALLBACK_HITS,
	STAT_TABLE_COUNT,
	/* Connections */
	STAT_CONNECTIONS = STAT_TABLE_COUNT, /* accepted */
	STAT_ENDED,
	STAT_LOST, /* open when their worker died */
	STAT_TIMED_OUT, /* ended by one of our deadlines */
	/* Handshakes that failed, counted once a connection at most */
	STAT_FAILED_ALERT_SENT,
	STAT_FAILED_ALERT_RECEIVED,
	STAT_FAILED_TIMEOUT, /* our deadline */
	STAT_FAILED_CLOSED, /* by the peer */
	STAT_FAILED_NOT_TLS, /* its first bytes are no record of TLS */
	STAT_FAILED_ENDED, /* by a command or the end of the server */
	STAT_FAILED_OTHER,
	STAT_HANDSHAKES_LOST, /* neither finished nor failed: worker died */
	/* Early data that clients sent, counted once a connection at most */
	STAT_EARLY_ACCEPTED,
	STAT_EARLY_REJECTED,
	/* Bytes on sockets, and of application data within TLS */
	STAT_SOCKET_IN,
	STAT_SOCKET_OUT,
	STAT_DATA_IN,
	STAT_DATA_OUT,
	STAT_DEATHS, /* of workers */
	/*
	 * See stats_finished_counter. One counter for each pair of version
	 * and kind, so that the sums over both agree even if a process dies.
	 */
	STAT_FINISHED,
	STAT_TIMES_FULL = STAT_FINISHED + STATS_VERSIONS * STATS_KINDS,
	STAT_TIMES_RESUMED = STAT_TIMES_FULL + STATS_BUCKETS,
	/* What came of commands to -session_store */
	STAT_STORE_HITS = STAT_TIMES_RESUMED + STATS_BUCKETS,
	STAT_STORE_MISSES,
	STAT_STORE_PUTS,
	STAT_STORE_REMOVALS,
	STAT_STORE_TAKES, /* hits that nobody else can have */
	STAT_STORE_ERRORS,
	STAT_STORE_TIMEOUTS, /* too late, or no connection by then */
	STAT_STORE_RECONNECTS,
	STAT_STORE_REMOVALS_LOST, /* too many waited for a connection */
	STAT_TIMES_STORE, /* from the question to the answer */
	STAT_COUNT = STAT_TIMES_STORE + STATS_BUCKETS
};

struct stats; /* in shared memory */

/* A copy of the counters of one worker, or of the sums. */
struct stats_numbers {
	uint64_t value[STAT_COUNT];
};

/*
 * workers is the number of workers of a generation. A slot belongs to worker
 * slot % workers, in whatever generation.
 */
size_t stats_size(unsigned slots);
struct stats *stats_init(void *memory, unsigned slots, unsigned workers);
unsigned stats_workers(const struct stats *);

/*
 * Returns the index of a version by its number on the wire, such as 0x0303, or
 * STATS_VERSIONS for a version that is not known.
 */
unsigned stats_version(unsigned number);

/* Returns the STAT_COUNT counters of a slot, for the process whose slot it is.
 */
_Atomic uint64_t *stats_row(struct stats *, unsigned slot);
/*
 * Raise a counter of the process's own slot. The process alone writes it, so a
 * load and a store do, without a locked operation.
 */
static inline void
stats_raise(_Atomic uint64_t *value, uint64_t n)
{
	atomic_store_explicit(value,
	    atomic_load_explicit(value, memory_order_relaxed) + n,
	    memory_order_relaxed);
}
void stats_add(struct stats *, unsigned slot, enum stats_counter, uint64_t n);
/*
 * The counters that a first handshake raises when it is finished: the index of
 * its version, which must be below STATS_VERSIONS, and the time since the
 * connection was accepted.
 */
enum stats_counter stats_finished_counter(unsigned version, enum stats_kind);
enum stats_counter stats_time_counter(enum stats_kind, int64_t took_us);
/* The counter of an answer of the session store that took so long. */
enum stats_counter stats_store_time_counter(int64_t took_us);
/* The process of this slot died: count its open connections as lost. */
void stats_bury(struct stats *, unsigned slot);

/* Sum up all slots. */
void stats_total(const struct stats *, struct stats_numbers *);
/* Sum up only the counters of the table, which is cheap. */
void stats_total_of_table(const struct stats *, struct stats_numbers *);
/* Sum up the slots of a worker, which are numbered from 0. */
void
stats_of_worker(const struct stats *, unsigned worker, struct stats_numbers *);
/* A copy of the counters of one slot. */
void stats_of_slot(const struct stats *, unsigned slot, struct stats_numbers *);

/* Numbers that are made of several counters. */
uint64_t
stats_finished(const struct stats_numbers *, unsigned version, enum stats_kind);
uint64_t stats_all_finished(const struct stats_numbers *);
uint64_t stats_all_failed(const struct stats_numbers *);
uint64_t stats_open(const struct stats_numbers *); /* connections, now */
uint64_t stats_in_handshake(const struct stats_numbers *);

/* The rows of the session cache, which is one for all workers. */
struct stats_cache_rows {
	uint64_t items;
	uint64_t overflows; /* sessions that made room for newer ones */
	unsigned allowed; /* what stands in "(N allowed)" */
};

/*
 * Append the stock program's table, which has twelve lines, or ten if the rows
 * of the cache are NULL.
 */
void stats_table(const struct stats_numbers *, const struct stats_cache_rows *,
    struct textbuf *);

#endif
