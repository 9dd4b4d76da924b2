/*
 * Counts what becomes of handshakes: by outcome.h and, with -summary, in the
 * tally as well (shared/tally.h).
 */
#ifndef TALLYING_H
#define TALLYING_H

#include "shared/stats.h"

struct link;

/* As outcome_shake and outcome_fail. A failure must have been explained. */
void tallying_shake(struct link *, unsigned version, enum stats_kind);
void tallying_fail(struct link *, enum stats_counter);

#endif
