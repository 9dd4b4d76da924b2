#include "store/store_account.h"

#include <stddef.h>

#include "base/counters.h"
#include "store/store_command.h"

static enum stats_counter
store_account_counter(const struct store_command *, enum store_verdict);

void
store_account(const struct counters *counters, struct store_command *command,
    const struct store_answer *answer)
{
	if (counters == NULL || command->is_counted)
		return;
	command->is_counted = true;
	counters_count(
	    counters, store_account_counter(command, answer->verdict));
	if (answer->verdict == STORE_FAILED)
		return;
	if (command->kind == STORE_TAKE && answer->verdict == STORE_FOUND)
		counters_count(counters, STAT_STORE_TAKES);
	counters_count(counters, stats_store_time_counter(answer->took_us));
}

/* A put that finds its ID in use has failed. */
static enum stats_counter
store_account_counter(
    const struct store_command *command, enum store_verdict verdict)
{
	switch (verdict) {
	case STORE_FOUND:
		return STAT_STORE_HITS;
	case STORE_MISSED:
		return command->kind == STORE_PUT || command->is_wrong
		    ? STAT_STORE_ERRORS
		    : STAT_STORE_MISSES;
	case STORE_DONE:
		return command->kind == STORE_PUT ? STAT_STORE_PUTS
						  : STAT_STORE_REMOVALS;
	case STORE_FAILED:
		break;
	}
	return command->is_late ? STAT_STORE_TIMEOUTS : STAT_STORE_ERRORS;
}
