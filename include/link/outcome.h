/*
 * What becomes of one connection: how its handshake went, why it ended, how
 * many bytes it moved. Only this module counts for connections.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/connection_board.h"
#include "shared/stats.h"

struct counters;
struct moments;

enum outcome_early {
	EARLY_NONE,
	EARLY_ACCEPTED,
	EARLY_REJECTED,
};

struct outcome {
	const struct counters *counters;
	struct card_holder *cards; /* NULL: no connection has a card */
	struct connection_card *card; /* NULL: the connection has none */
	uint64_t number; /* of the connection */
	int64_t accepted_us; /* monotime_us() */
	bool begun; /* a handshake was begun */
	bool shaken; /* the handshake was finished */
	bool ended; /* the connection is gone */
	enum outcome_early early; /* as far as it is known */
	unsigned version; /* its index (stats_version), if shaken */
	enum stats_kind kind; /* if shaken */
	int64_t took_us; /* from the accept to the end of the handshake */
	enum stats_counter failure; /* STAT_FAILED_...; STAT_ACCEPTS: none */
	bool timed_out; /* one of our deadlines ended the connection */
	uint16_t renegotiations; /* finished */
	enum card_end end; /* how the connection ended, as far as it is known */
	uint64_t data_in, data_out; /* bytes of application data */
	uint64_t early_bytes; /* of early data that was accepted */
	struct moments *moments; /* the connection's; NULL without -log */
};

/* The card is one of these cards, or NULL. */
void outcome_init(struct outcome *, const struct counters *,
    struct card_holder *cards, struct connection_card *, uint64_t number);
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
/* Bytes of early data, which are application data as well. */
void outcome_early_data(struct outcome *, uint64_t in);
void outcome_time_out(struct outcome *);
/* What a card says of the connection. */
struct card_facts outcome_facts(const struct outcome *);
/* The connection ends like this. The first call tells, later ones do nothing.
 */
void outcome_ends(struct outcome *, enum card_end);
/* The connection is gone. The card stays until card_free(). */
void outcome_end(struct outcome *);

#endif
