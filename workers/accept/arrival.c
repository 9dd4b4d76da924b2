#include "accept/arrival.h"

#include "base/counters.h"
#include "base/loop.h"
#include "base/services.h"
#include "base/uplink.h"
#include "shared/accept_quota.h"
#include "shared/accept_turn.h"
#include "shared/connection_board.h"
#include "shared/shared.h"

#define ARRIVAL_WARN_MS 10000 /* not more often than this */

static void arrival_take_card(struct card_holder *, struct arrival *, int fd,
    const struct sockaddr_storage *);

void
arrival_took(const struct services *services, struct arrival *arrival, int fd,
    const struct sockaddr_storage *local)
{
	struct shared *shared = services->shared;

	arrival->connection = accept_turn_took(shared->turn, services->slot);
	if (services->cards != NULL)
		arrival_take_card(services->cards, arrival, fd, local);
	else
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

static void
arrival_take_card(struct card_holder *cards, struct arrival *arrival, int fd,
    const struct sockaddr_storage *local)
{
	struct sockaddr_storage own = { .ss_family = AF_UNSPEC };
	socklen_t size = sizeof(own);

	if (local == NULL) {
		(void)getsockname(fd, (struct sockaddr *)&own, &size);
		local = &own;
	}
	arrival->card =
	    card_take(cards, arrival->connection, &arrival->peer, local);
}
