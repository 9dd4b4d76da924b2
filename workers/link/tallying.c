#include "link/tallying.h"

#include <stdio.h>
#include <string.h>

#include "base/counters.h"
#include "foundation/fault.h"
#include "link/explain.h"
#include "link/link.h"
#include "shared/stats_names.h"
#include "shared/tally.h"
#include "tls/base/tls_group.h"

static const char *
tallying_detail(const struct explanation *, enum stats_counter);

void
tallying_begin(const struct link *link)
{
	struct tally_slot *tally = link->outcome.counters->tally;

	if (tally != NULL)
		tally_begin(tally);
}

void
tallying_end(const struct link *link)
{
	struct tally_slot *tally = link->outcome.counters->tally;

	if (tally != NULL)
		tally_end(tally);
}

void
tallying_finished(const struct link *link)
{
	const struct outcome *outcome = &link->outcome;
	struct tally_slot *tally = outcome->counters->tally;
	char room[TLS_GROUP_NUMBER];

	if (tally == NULL)
		return;
	fault_point("handshake-counted");
	tally_finished(tally, outcome->version, outcome->kind, outcome->took_us,
	    SSL_get_cipher_name(link->ssl), tls_group_used(link->ssl, room));
}

void
tallying_failed(const struct link *link, enum stats_counter why)
{
	struct tally_slot *tally = link->outcome.counters->tally;
	const char *detail;
	char reason[TALLY_NAME + 1];

	if (tally == NULL)
		return;
	detail = tallying_detail(explanation_of(link), why);
	snprintf(reason, sizeof(reason), "%s%s%s", stats_failure_name(why),
	    detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
	tally_failed(tally, reason, link->outcome.number);
}

/* Returns what the name of the failure does not say, or NULL. */
static const char *
tallying_detail(const struct explanation *explanation, enum stats_counter why)
{
	const char *key;

	if (explanation == NULL)
		return NULL;
	if (why == STAT_FAILED_ALERT_RECEIVED)
		return explanation->alert_received;
	key = explain_key(explanation);
	if (why != STAT_FAILED_NOT_TLS)
		return key;
	key = strchr(key, ':');
	return key == NULL ? NULL : key + strlen(": ");
}
