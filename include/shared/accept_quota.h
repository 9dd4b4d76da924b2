/*
 * -naccept, exact over all workers: a slot is claimed before accept(2), and
 * given back if there was nothing to accept. One claim a worker at a time, so
 * that the claims of a killed worker can be told: they count as used.
 */
#ifndef ACCEPT_QUOTA_H
#define ACCEPT_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct accept_quota; /* in shared memory */

size_t accept_quota_size(unsigned slots);
/* limit -1: unlimited. slots: how many processes may claim. */
struct accept_quota *
accept_quota_init(void *memory, int64_t limit, unsigned slots);

/* False: all slots are claimed now (a claim may still be given back). */
bool accept_quota_claim(struct accept_quota *, unsigned slot);
void accept_quota_give_back(struct accept_quota *, unsigned slot);
/* The claim became a connection. True if that was the last one allowed. */
bool accept_quota_use(struct accept_quota *, unsigned slot);
/* The process of this slot is dead: an open claim counts as used. */
void accept_quota_bury(struct accept_quota *, unsigned slot);
/* Every connection that is allowed has been accepted. */
bool accept_quota_exhausted(const struct accept_quota *);

#endif
