/*
 * What -summary tells beyond the counters of stats.h: how long handshakes took,
 * by version and kind; ciphers and groups; why handshakes failed, each reason
 * with the number of a connection as an example.
 *
 * As there, a process alone writes its slot, without a lock, and who takes the
 * place of a dead process goes on with its numbers. What belongs together is
 * counted between tally_begin and tally_end, the counters of stats.h too, so
 * that a reader finds sums that agree. Only what a process was counting when it
 * was killed may be in one sum and not in another.
 */
#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "foundation/histogram.h"
#include "shared/stats.h"

/* Of a list; what finds no row is counted, but not by name. */
#define TALLY_ROWS 64
/* Bytes of a name with its NUL. A longer one is cut, and ends with "...". */
#define TALLY_NAME 96

enum tally_list { TALLY_CIPHERS, TALLY_GROUPS, TALLY_FAILURES, TALLY_LISTS };

struct tally; /* in shared memory */
struct tally_slot; /* the part of a process */

size_t tally_size(unsigned slots);
struct tally *tally_init(void *memory, unsigned slots);

/* For the process whose slot it is. */
struct tally_slot *tally_slot(struct tally *, unsigned slot);
void tally_begin(struct tally_slot *);
/*
 * Count a first handshake that is finished. version: its index, as for
 * stats_add_finished. cipher, group: NULL if there is none.
 */
void tally_finished(struct tally_slot *, unsigned version, enum stats_kind,
    int64_t took_us, const char *cipher, const char *group);
/* connection: its number. */
void tally_failed(struct tally_slot *, const char *reason, uint64_t connection);
void tally_end(struct tally_slot *);
/* The process of this slot died, and may have been counting. */
void tally_bury(struct tally *, unsigned slot);

/* A copy, or the sums: in private memory. */
struct tally_row {
	uint64_t count; /* 0: the row is free, and so are all behind it */
	uint64_t example; /* number of a connection */
	/* A text of anywhere. A peer may have chosen it: escape it. */
	char name[TALLY_NAME];
};

struct tally_rows {
	struct tally_row row[TALLY_ROWS];
	uint64_t others; /* that found no row */
};

struct tally_numbers {
	struct stats_numbers stats;
	uint64_t times[STATS_VERSIONS][STATS_KINDS][HISTOGRAM_BUCKETS];
	struct tally_rows list[TALLY_LISTS];
};

/*
 * Returns the sums of all slots, owned by the caller: free(3). The counters of
 * stats.h have as many slots.
 */
struct tally_numbers *tally_total(const struct tally *, const struct stats *);
/* Returns how many were counted in a list. */
uint64_t tally_count(const struct tally_rows *);

#endif
