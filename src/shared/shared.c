#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "foundation/lifeline.h"
#include "foundation/randomness.h"
#include "sessions/session_cache.h"
#include "sessions/ticket_keys.h"
#include "shared/accept_quota.h"
#include "shared/accept_turn.h"
#include "shared/fetch_board.h"
#include "shared/fragment_board.h"
#include "shared/half_open.h"
#include "shared/peer_claims.h"
#include "shared/shared.h"
#include "shared/stats.h"

/* The default limit of libssl. (1 MiB of nginx holds about 4,000.) */
#define SHARED_SESSIONS 20480
/*
 * The last line of the table names the stock program's limit: its own, or
 * libssl's default where it sets none.
 */
#define SHARED_ALLOWED_AS_STOCK	  128
#define SHARED_ALLOWED_BY_DEFAULT 20480

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
	SESSIONS,
	PARTS
};

static int shared_open_peers(
    struct shared *, const struct config *, const struct shm_part *, unsigned);
static struct session_limits shared_limits(const struct config *);
static void shared_name_cache(char *, size_t, const struct config *);
static unsigned shared_allowed(const struct config *);
static size_t shared_answer_max(const struct config *);

_Static_assert(CONFIG_CACHE_BYTES_MIN >= SESSION_CACHE_BYTES_MIN,
    "-cache_bytes must allow what the cache needs");

int
shared_open(struct shared *shared, const struct config *config,
    const struct randomness *randomness, unsigned slots)
{
	struct session_limits limits = shared_limits(config);
	char cache[64];
	struct shm_part parts[PARTS] = {
		[LIFELINE] = { "lifeline", sizeof(struct lifeline), 0 },
		[BOARD] = { "notice board", sizeof(struct shared_board), 0 },
		[STATS] = { "statistics", stats_size(slots), 0 },
		[QUOTA] = { "accept quota", accept_quota_size(slots), 0 },
		[TURN] = { "accept turn", accept_turn_size(slots), 0 },
		[TICKETS] = { "ticket keys", ticket_keys_size(), 0 },
		[FETCHES] = { "what is fetched",
		    config_fetches(config) ? fetch_board_size() : 0, 0 },
		[CLAIMS] = { "peers claimed",
		    config->dtls ? peer_claims_size() : 0, 0 },
		[FRAGMENTS] = { "fragments of peers",
		    config->dtls ? fragment_board_size(slots) : 0, 0 },
		[HALF_OPEN] = { "handshakes open",
		    config->dtls ? half_open_size(slots) : 0, 0 },
		[SESSIONS] = { cache, session_cache_size(limits), 0 },
	};

	memset(shared, 0, sizeof(*shared));
	shared->allowed = shared_allowed(config);
	shared->external = config->ext_cache;
	shared_name_cache(cache, sizeof(cache), config);
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
	    shm_at(&shared->shm, &parts[STATS]), slots, config->workers);
	shared->quota = accept_quota_init(
	    shm_at(&shared->shm, &parts[QUOTA]), config->naccept, slots);
	shared->turn =
	    accept_turn_init(shm_at(&shared->shm, &parts[TURN]), slots);
	shared->ticket_keys =
	    ticket_keys_init(shm_at(&shared->shm, &parts[TICKETS]), randomness);
	if (shared->ticket_keys == NULL)
		return -1;
	if (config_fetches(config) &&
	    (shared->fetches =
		    fetch_board_init(shm_at(&shared->shm, &parts[FETCHES]),
			shared_answer_max(config))) == NULL)
		return -1;
	if (config->dtls &&
	    shared_open_peers(shared, config, parts, slots) == -1)
		return -1;
	shared->sessions =
	    session_cache_init(shm_at(&shared->shm, &parts[SESSIONS]),
		parts[SESSIONS].size_bytes, limits);
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

static int
shared_open_peers(struct shared *shared, const struct config *config,
    const struct shm_part *parts, unsigned slots)
{
	shared->claims = peer_claims_init(shm_at(&shared->shm, &parts[CLAIMS]));
	shared->fragments =
	    fragment_board_init(shm_at(&shared->shm, &parts[FRAGMENTS]), slots);
	shared->half_open =
	    half_open_init(shm_at(&shared->shm, &parts[HALF_OPEN]),
		(unsigned)config->half_open, slots);
	return shared->fragments == NULL ? -1 : 0;
}

static struct session_limits
shared_limits(const struct config *config)
{
	struct session_limits limits = {
		.sessions = SHARED_SESSIONS,
		.bytes = (size_t)config->cache_bytes,
	};

	if (config->cache_size != -1)
		limits.sessions = (size_t)config->cache_size;
	if (!config_keeps_sessions(config))
		limits.sessions = 0;
	return limits;
}

/* Names the option that made the part too large. */
static void
shared_name_cache(char *name, size_t size, const struct config *config)
{
	struct session_limits limits = shared_limits(config);

	if (config->cache_bytes != 0 &&
	    limits.bytes >= session_cache_size(limits) / 2)
		snprintf(
		    name, size, "-cache_bytes %" PRId64, config->cache_bytes);
	else if (config->cache_size != -1)
		snprintf(name, size, "-cache_size %d", config->cache_size);
	else
		snprintf(name, size, "session cache");
}

static unsigned
shared_allowed(const struct config *config)
{
	if (config->cache_size != -1)
		return (unsigned)config->cache_size;
	return config->no_cache || config->ext_cache ? SHARED_ALLOWED_BY_DEFAULT
						     : SHARED_ALLOWED_AS_STOCK;
}

/* OCSP may be asked for, too. */
static size_t
shared_answer_max(const struct config *config)
{
	size_t crl = config->crl_download ? (size_t)config->crl_max_bytes : 0;

	return crl > FETCH_ANSWER_OCSP ? crl : FETCH_ANSWER_OCSP;
}
