#include "waiting/fetching.h"
#include "base/services.h"
#include "base/uplink.h"
#include "config/config.h"
#include "foundation/textbuf.h"
#include "shared/shared.h"

/* The fetcher's limit ends first: the fetcher reports what went wrong. */
#define FETCHING_GRACE_MS 1000

enum fetch_verdict
fetching_ask(const struct services *services, const struct textbuf *request,
    uint64_t asker, int64_t since_ms, struct fetch_answer *answer)
{
	enum fetch_verdict verdict = fetch_board_ask(services->shared->fetches,
	    request->data, request->size, asker, since_ms, answer);

	if (verdict != FETCH_ASKED)
		return verdict;
	uplink_say(services->uplink, MESSAGE_FETCH, 0);
	return FETCH_PENDING;
}

int64_t
fetching_until_ms(const struct config *config, int64_t since_ms)
{
	return since_ms + config_fetch_limit_ms(config) + FETCHING_GRACE_MS;
}
