#include "link/tallying.h"

#include <stdio.h>

#include "base/counters.h"
#include "foundation/fault.h"
#include "link/explain.h"
#include "link/link.h"
#include "shared/stats_names.h"
#include "shared/tally.h"
#include "tls/base/tls_group.h"

void
tallying_shake(struct link *link, unsigned version, enum stats_kind kind)
{
	struct outcome *outcome = &link->outcome;
	struct tally_slot *tally = outcome->counters->tally;
	char room[TLS_GROUP_NUMBER];

	if (tally == NULL) {
		outcome_shake(outcome, version, kind);
		return;
	}
	tally_begin(tally);
	outcome_shake(outcome, version, kind);
	fault_point("handshake-counted");
	tally_finished(tally, outcome->version, kind, outcome->took_us,
	    SSL_get_cipher_name(link->ssl), tls_group_used(link->ssl, room));
	tally_end(tally);
}

void
tallying_fail(struct link *link, enum stats_counter why)
{
	struct outcome *outcome = &link->outcome;
	struct tally_slot *tally = outcome->counters->tally;
	const struct explanation *explanation = explanation_of(link);
	char reason[TALLY_NAME + 1];

	if (tally == NULL) {
		outcome_fail(outcome, why);
		return;
	}
	snprintf(reason, sizeof(reason), "%s%s%s", stats_failure_name(why),
	    explanation == NULL ? "" : ": ",
	    explanation == NULL ? "" : explain_key(explanation));
	tally_begin(tally);
	outcome_fail(outcome, why);
	tally_failed(tally, reason, outcome->number);
	tally_end(tally);
}
