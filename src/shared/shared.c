#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "foundation/lifeline.h"
#include "foundation/randomness.h"
#include "sessions/session_cache.h"
#include "sessions/ticket_keys.h"
#include "shared/accept_quota.h"
#include "shared/accept_turn.h"
#include "shared/connection_board.h"
#include "shared/fetch_board.h"
#include "shared/fragment_board.h"
#include "shared/half_open.h"
#include "shared/peer_claims.h"
#include "shared/shared.h"
#include "shared/stats.h"
#include "shared/tally.h"

/* The parts of the region. */
enum {
	LIFELINE,
	BOARD,
	STATS,
	QUOTA,
	TURN,
	TICKETS,
	FETCHES,
	CLAIMS,
	FRAGMENTS,
	HALF_OPEN,
	CONNECTIONS,
	TALLY,
	TEXTS,
	SESSIONS,
	PARTS
};

static void shared_lay_out(struct shm_part *, const struct shared_sizes *);
static int shared_open_peers(
    struct shared *, const struct shared_sizes *, const struct shm_part *);

int
shared_open(struct shared *shared, const struct shared_sizes *sizes,
    const struct randomness *randomness)
{
	const unsigned slots = sizes->slots;
	struct shm_part parts[PARTS];

	shared_lay_out(parts, sizes);
	memset(shared, 0, sizeof(*shared));
	shared->allowed = sizes->allowed;
	shared->external = sizes->external;
	if (shm_map(&shared->shm, parts, PARTS) == -1)
		return -1;
	shared->lifeline = shm_at(&shared->shm, &parts[LIFELINE]);
	if (lifeline_init(shared->lifeline) == -1)
		return -1;
	shared->board = shm_at(&shared->shm, &parts[BOARD]);
	if (randomness->secret_bytes(shared->board->cookie_secret,
		sizeof(shared->board->cookie_secret)) == -1)
		return -1;
	shared->stats = stats_init(
	    shm_at(&shared->shm, &parts[STATS]), slots, sizes->workers);
	shared->quota = accept_quota_init(
	    shm_at(&shared->shm, &parts[QUOTA]), sizes->naccept, slots);
	shared->turn =
	    accept_turn_init(shm_at(&shared->shm, &parts[TURN]), slots);
	shared->ticket_keys =
	    ticket_keys_init(shm_at(&shared->shm, &parts[TICKETS]), randomness);
	if (shared->ticket_keys == NULL)
		return -1;
	if (sizes->answer_max > 0 &&
	    (shared->fetches = fetch_board_init(
		 shm_at(&shared->shm, &parts[FETCHES]), sizes->answer_max)) ==
		NULL)
		return -1;
	if (sizes->tally)
		shared->tally =
		    tally_init(shm_at(&shared->shm, &parts[TALLY]), slots);
	text_rings_init(&shared->texts, shm_at(&shared->shm, &parts[TEXTS]),
	    (size_t)slots * TEXT_OUTLETS, sizes->text_ring);
	if (sizes->datagrams && shared_open_peers(shared, sizes, parts) == -1)
		return -1;
	shared->connections = connection_board_init(
	    shm_at(&shared->shm, &parts[CONNECTIONS]), slots, sizes->cards);
	shared->sessions =
	    session_cache_init(shm_at(&shared->shm, &parts[SESSIONS]),
		parts[SESSIONS].size_bytes, sizes->sessions);
	if (shared->turn == NULL || shared->sessions == NULL)
		return -1;
	return 0;
}

void
shared_close(struct shared *shared)
{
	fetch_board_close(shared->fetches);
	accept_turn_close(shared->turn);
	lifeline_close(shared->lifeline);
	shm_unmap(&shared->shm);
}

void
shared_stats_table(const struct shared *shared, struct textbuf *table)
{
	struct session_cache_counts counts;
	struct stats_numbers total;
	struct stats_cache_rows rows = { .allowed = shared->allowed };

	session_cache_count(shared->sessions, &counts);
	stats_total_of_table(shared->stats, &total);
	if (!shared->external) {
		rows.items = counts.items;
		rows.overflows = counts.evictions;
	}
	stats_table(&total, &rows, table);
}

/* The name and the size of each part. */
static void
shared_lay_out(struct shm_part *parts, const struct shared_sizes *sizes)
{
	const struct session_limits limits = sizes->sessions;
	const unsigned slots = sizes->slots;
	const struct shm_part all[PARTS] = {
		[LIFELINE] = { "lifeline", sizeof(struct lifeline), 0 },
		[BOARD] = { "notice board", sizeof(struct shared_board), 0 },
		[STATS] = { "statistics", stats_size(slots), 0 },
		[QUOTA] = { "accept quota", accept_quota_size(slots), 0 },
		[TURN] = { "accept turn", accept_turn_size(slots), 0 },
		[TICKETS] = { "ticket keys", ticket_keys_size(), 0 },
		[FETCHES] = { "what is fetched",
		    sizes->answer_max > 0 ? fetch_board_size() : 0, 0 },
		[CLAIMS] = { "peers claimed",
		    sizes->datagrams ? peer_claims_size() : 0, 0 },
		[FRAGMENTS] = { "fragments of peers",
		    sizes->datagrams ? fragment_board_size(slots) : 0, 0 },
		[HALF_OPEN] = { "handshakes open",
		    sizes->datagrams ? half_open_size(slots) : 0, 0 },
		[CONNECTIONS] = { "connections",
		    connection_board_size(slots, sizes->cards), 0 },
		[TALLY] = { "-summary", sizes->tally ? tally_size(slots) : 0,
		    0 },
		[TEXTS] = { "text of workers",
		    text_rings_size(
			(size_t)slots * TEXT_OUTLETS, sizes->text_ring),
		    0 },
		[SESSIONS] = { sizes->cache_name, session_cache_size(limits),
		    0 },
	};

	memcpy(parts, all, sizeof(all));
}

static int
shared_open_peers(struct shared *shared, const struct shared_sizes *sizes,
    const struct shm_part *parts)
{
	shared->claims = peer_claims_init(shm_at(&shared->shm, &parts[CLAIMS]));
	shared->fragments = fragment_board_init(
	    shm_at(&shared->shm, &parts[FRAGMENTS]), sizes->slots);
	shared->half_open =
	    half_open_init(shm_at(&shared->shm, &parts[HALF_OPEN]),
		sizes->half_open, sizes->slots);
	return shared->fragments == NULL ? -1 : 0;
}
