/*
 * The quota of -naccept, exact over all workers: a worker claims one connection
 * before accept(2), and gives the claim back if there was nothing to accept. A
 * worker has one claim at a time. The claim of a killed worker counts as used.
 */
#ifndef ACCEPT_QUOTA_H
#define ACCEPT_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct accept_quota; /* in shared memory */

size_t accept_quota_size(unsigned slots);
/* limit -1: unlimited. slots: the number of processes that may claim. */
struct accept_quota *
accept_quota_init(void *memory, int64_t limit, unsigned slots);

/*
 * Returns true if the process of this slot has a claim now; false if all
 * connections are claimed (but a claim may still be given back).
 */
bool accept_quota_claim(struct accept_quota *, unsigned slot);
void accept_quota_give_back(struct accept_quota *, unsigned slot);
/* The claim became a connection. Returns true if that was the last one. */
bool accept_quota_use(struct accept_quota *, unsigned slot);
/* The process of this slot is dead: an open claim counts as used. */
void accept_quota_bury(struct accept_quota *, unsigned slot);
/* Returns true if as many connections were accepted as are allowed. */
bool accept_quota_exhausted(const struct accept_quota *);

#endif
