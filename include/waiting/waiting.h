/*
 * What the handshakes of a worker that wait for the fetcher have in common.
 */
#ifndef WAITING_H
#define WAITING_H

#include "waiting/crl_cache.h"
#include "waiting/stapling.h"

/* One a worker. */
struct waiting {
	struct status_list statuses; /* those that wait */
	struct crl_cache crls; /* the lists that were read */
};

void waiting_init(struct waiting *);
/* The fetcher has something new: all that wait look again. */
void waiting_news(struct waiting *);

#endif
