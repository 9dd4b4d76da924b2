/*
 * Counters in shared memory, a cache line of its own for each process slot,
 * so that a dead worker's numbers are not lost and nobody waits for a lock.
 * A slot is written by one process at a time and read by everybody; who takes
 * a dead one's place goes on counting where it stopped.
 *
 * The first group has the meaning of the stock program's table. It is fed by
 * us, not by SSL_CTX_sess_*(3), whose numbers die with a worker.
 */
#ifndef STATS_H
#define STATS_H

#include <stddef.h>
#include <stdint.h>

struct textbuf;

/* TLS 1.0 to 1.3, DTLS 1.0, DTLS 1.2, in this order. */
#define STATS_VERSIONS 6

/* How the first handshake of a connection was finished. */
enum stats_kind {
	STATS_FULL,
	STATS_BY_ID, /* resumed a session of the cache, in TLS 1.3 too */
	STATS_BY_TICKET, /* resumed a session that the client brought along */
	STATS_BY_PSK, /* by a key of -psk or -psk_session, in TLS 1.3 */
	STATS_KINDS
};

/* Bucket i: from 2^i microseconds to below 2^(i+1); 0 is in the first one,
 * and in the last one all that takes longer. */
#define STATS_BUCKETS 32

enum stats_counter {
	/* The table; these share a cache line. */
	STAT_ACCEPTS, /* handshakes begun */
	STAT_RENEGOTIATIONS,
	STAT_ACCEPTS_FINISHED, /* renegotiations too */
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
	/* Handshakes that failed: each connection once at most */
	STAT_FAILED_ALERT_SENT,
	STAT_FAILED_ALERT_RECEIVED,
	STAT_FAILED_TIMEOUT, /* our deadline */
	STAT_FAILED_CLOSED, /* by the peer */
	STAT_FAILED_NOT_TLS, /* its first bytes are no record of TLS */
	STAT_FAILED_ENDED, /* by a command or the end of the server */
	STAT_FAILED_OTHER,
	STAT_HANDSHAKES_LOST, /* neither finished nor failed: worker died */
	/* Early data that clients sent, each connection once at most */
	STAT_EARLY_ACCEPTED,
	STAT_EARLY_REJECTED,
	/* Bytes on sockets, and of application data within TLS */
	STAT_SOCKET_IN,
	STAT_SOCKET_OUT,
	STAT_DATA_IN,
	STAT_DATA_OUT,
	STAT_DEATHS, /* of workers */
	/* For stats_add_finished. One number for version and kind, so that the
	 * sums over both agree even if a process dies between two steps. */
	STAT_FINISHED,
	STAT_TIMES_FULL = STAT_FINISHED + STATS_VERSIONS * STATS_KINDS,
	STAT_TIMES_RESUMED = STAT_TIMES_FULL + STATS_BUCKETS,
	STAT_COUNT = STAT_TIMES_RESUMED + STATS_BUCKETS
};

struct stats; /* in shared memory */

/* A copy of the counters: of a worker, or the sums. */
struct stats_numbers {
	uint64_t value[STAT_COUNT];
};

/*
 * Of workers that many can be told apart: slot is of worker
 * slot % workers, whatever its generation.
 */
size_t stats_size(unsigned slots);
struct stats *stats_init(void *memory, unsigned slots, unsigned workers);
unsigned stats_workers(const struct stats *);

/*
 * The index of a version by its number on the wire, such as 0x0303; of one that
 * we do not know: STATS_VERSIONS.
 */
unsigned stats_version(unsigned number);

void stats_add(struct stats *, unsigned slot, enum stats_counter, uint64_t n);
/*
 * A first handshake is finished, with a version by its index, so long after the
 * connection was accepted. Versions that we do not know are not counted.
 */
void stats_add_finished(struct stats *, unsigned slot, unsigned version,
    enum stats_kind, int64_t took_us);
/* The process of this slot died, and what it held is lost. */
void stats_bury(struct stats *, unsigned slot);

/* Over all slots. */
void stats_total(const struct stats *, struct stats_numbers *);
/* The same, but only what the table needs: cheap enough for every request. */
void stats_total_of_table(const struct stats *, struct stats_numbers *);
/* Worker 0 and up. */
void
stats_of_worker(const struct stats *, unsigned worker, struct stats_numbers *);

/* What the counters say together. */
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
 * The stock program's table of twelve lines; without cache rows, ten.
 */
void stats_table(const struct stats_numbers *, const struct stats_cache_rows *,
    struct textbuf *);

#endif
