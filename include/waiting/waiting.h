/*
 * What the handshakes of a worker that wait for the fetcher have in common.
 */
#ifndef WAITING_H
#define WAITING_H

#include "waiting/crl_cache.h"
#include "waiting/stapling.h"

/* Each worker has one. */
struct waiting {
	struct status_list statuses; /* of handshakes that wait */
	struct crl_cache crls; /* revocation lists */
};

void waiting_init(struct waiting *);
/* The fetcher has something new: wake all handshakes that wait for OCSP. */
void waiting_news(struct waiting *);

#endif
