#include "link/outcome.h"
#include "base/counters.h"
#include "foundation/monotime.h"

void
outcome_init(struct outcome *outcome, const struct counters *counters)
{
	*outcome = (struct outcome){ .counters = counters,
		.accepted_us = monotime_us(),
		.failure = STAT_ACCEPTS };
}

void
outcome_begin(struct outcome *outcome)
{
	if (!outcome->begun)
		counters_count(outcome->counters, STAT_ACCEPTS);
	outcome->begun = true;
}

void
outcome_begin_anew(struct outcome *outcome)
{
	outcome->begun = false;
}

void
outcome_shake(struct outcome *outcome, unsigned version, enum stats_kind kind)
{
	const struct counters *counters = outcome->counters;

	outcome->shaken = true;
	outcome->version = stats_version(version);
	outcome->kind = kind;
	outcome->took_us = monotime_us() - outcome->accepted_us;
	counters_count(counters, STAT_ACCEPTS_FINISHED);
	stats_add_finished(counters->stats, counters->slot, outcome->version,
	    kind, outcome->took_us);
}

void
outcome_fail(struct outcome *outcome, enum stats_counter why)
{
	outcome->failure = why;
	counters_count(outcome->counters, why);
}

void
outcome_early(struct outcome *outcome, bool accepted)
{
	if (!outcome->early_known)
		counters_count(outcome->counters,
		    accepted ? STAT_EARLY_ACCEPTED : STAT_EARLY_REJECTED);
	outcome->early_known = true;
}

void
outcome_renegotiate(struct outcome *outcome)
{
	counters_count(outcome->counters, STAT_RENEGOTIATIONS);
}

void
outcome_renegotiated(struct outcome *outcome)
{
	counters_count(outcome->counters, STAT_ACCEPTS_FINISHED);
}

void
outcome_moved(struct outcome *outcome, uint64_t in, uint64_t out)
{
	counters_add(outcome->counters, STAT_SOCKET_IN, in);
	counters_add(outcome->counters, STAT_SOCKET_OUT, out);
}

void
outcome_data(struct outcome *outcome, uint64_t in, uint64_t out)
{
	counters_add(outcome->counters, STAT_DATA_IN, in);
	counters_add(outcome->counters, STAT_DATA_OUT, out);
}

void
outcome_time_out(struct outcome *outcome)
{
	outcome->timed_out = true;
	counters_count(outcome->counters, STAT_TIMED_OUT);
}

void
outcome_end(struct outcome *outcome)
{
	counters_count(outcome->counters, STAT_ENDED);
}
