#include <string.h>

#include "accept_quota.h"
#include "accept_turn.h"
#include "config.h"
#include "session_cache.h"
#include "shared.h"
#include "stats.h"

/* nginx's 1 MiB holds about 4,000; this is libssl's own default limit. */
#define SHARED_SESSIONS 20480
/*
 * The last line of the table names the stock program's limit: its own, or
 * libssl's default where it sets none.
 */
#define SHARED_ALLOWED_AS_STOCK	  128
#define SHARED_ALLOWED_BY_DEFAULT 20480

int
shared_open(struct shared *shared, const struct config *config, unsigned slots)
{
	enum { BOARD, STATS, QUOTA, TURN, SESSIONS, PARTS };
	size_t sessions = config->no_cache ? 0 : SHARED_SESSIONS;
	struct shm_part parts[PARTS] = {
		[BOARD] = { "notice board", sizeof(struct shared_board), 0 },
		[STATS] = { "statistics", stats_size(slots), 0 },
		[QUOTA] = { "accept quota", accept_quota_size(slots), 0 },
		[TURN] = { "accept turn", accept_turn_size(slots), 0 },
		[SESSIONS] = { "session cache", session_cache_size(sessions),
		    0 },
	};

	memset(shared, 0, sizeof(*shared));
	shared->allowed = config->no_cache ? SHARED_ALLOWED_BY_DEFAULT
					   : SHARED_ALLOWED_AS_STOCK;
	if (shm_map(&shared->shm, parts, PARTS) == -1)
		return -1;
	shared->board = shm_at(&shared->shm, &parts[BOARD]);
	shared->stats = stats_init(shm_at(&shared->shm, &parts[STATS]), slots);
	shared->quota = accept_quota_init(
	    shm_at(&shared->shm, &parts[QUOTA]), config->naccept, slots);
	shared->turn =
	    accept_turn_init(shm_at(&shared->shm, &parts[TURN]), slots);
	shared->sessions =
	    session_cache_init(shm_at(&shared->shm, &parts[SESSIONS]),
		parts[SESSIONS].size_bytes, sessions);
	if (shared->turn == NULL || shared->sessions == NULL)
		return -1;
	return 0;
}

void
shared_close(struct shared *shared)
{
	accept_turn_close(shared->turn);
	shm_unmap(&shared->shm);
}

void
shared_stats_table(const struct shared *shared, struct textbuf *table)
{
	struct session_cache_counts counts;

	session_cache_count(shared->sessions, &counts);
	stats_table(shared->stats, counts.items, shared->allowed, table);
}
