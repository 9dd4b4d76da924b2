/*
 * What becomes of one connection: how its handshake went, why it ended, how
 * many bytes it moved. Only this module counts for connections.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/stats.h"

struct counters;

struct outcome {
	const struct counters *counters;
	int64_t accepted_us; /* monotime_us() */
	bool begun; /* a handshake was begun */
	bool shaken; /* the handshake was finished */
	bool early_known; /* early data was counted */
	unsigned version; /* its index (stats_version), if shaken */
	enum stats_kind kind; /* if shaken */
	int64_t took_us; /* from the accept to the end of the handshake */
	enum stats_counter failure; /* STAT_FAILED_...; STAT_ACCEPTS: none */
	bool timed_out; /* one of our deadlines ended the connection */
};

void outcome_init(struct outcome *, const struct counters *);
/* A handshake begins. May be called again while it goes on. */
void outcome_begin(struct outcome *);
/* The client's next message begins a new handshake (-stateless). */
void outcome_begin_anew(struct outcome *);
/* version: as on the wire, such as 0x0304. */
void outcome_shake(struct outcome *, unsigned version, enum stats_kind);
/* The handshake failed; the reason is a STAT_FAILED_... */
void outcome_fail(struct outcome *, enum stats_counter);
/* Early data came. May be called again. */
void outcome_early(struct outcome *, bool accepted);
void outcome_renegotiate(struct outcome *);
void outcome_renegotiated(struct outcome *);
/* Count bytes: on the socket, and of application data. */
void outcome_moved(struct outcome *, uint64_t in, uint64_t out);
void outcome_data(struct outcome *, uint64_t in, uint64_t out);
void outcome_time_out(struct outcome *);
/* The connection is gone. */
void outcome_end(struct outcome *);

#endif
