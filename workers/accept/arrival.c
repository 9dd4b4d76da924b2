#include "accept/arrival.h"
#include "base/counters.h"
#include "base/loop.h"
#include "base/services.h"
#include "base/uplink.h"
#include "shared/accept_quota.h"
#include "shared/accept_turn.h"
#include "shared/shared.h"

#define ARRIVAL_WARN_MS 10000 /* not more often than this */

void
arrival_took(const struct services *services)
{
	struct shared *shared = services->shared;

	accept_turn_took(shared->turn, services->slot);
	counters_count(services->counters, STAT_CONNECTIONS);
	if (accept_quota_use(shared->quota, services->slot))
		uplink_say(services->uplink, MESSAGE_QUOTA_USED, 0);
}

bool
arrival_may_warn(const struct services *services, int64_t *warned_ms)
{
	int64_t now_ms = services->loop->now_ms;

	if (*warned_ms != 0 && now_ms - *warned_ms < ARRIVAL_WARN_MS)
		return false;
	*warned_ms = now_ms;
	return true;
}
