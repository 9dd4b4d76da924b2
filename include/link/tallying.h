/*
 * What -summary counts of a connection (shared/tally.h). Without that option
 * nothing is done.
 */
#ifndef TALLYING_H
#define TALLYING_H

#include "shared/stats.h"

struct link;

/* Around all that is counted at once, here and by outcome.h. */
void tallying_begin(const struct link *);
void tallying_end(const struct link *);
/* The handshake is finished, or failed; the outcome was told. */
void tallying_finished(const struct link *);
void tallying_failed(const struct link *, enum stats_counter);

#endif
