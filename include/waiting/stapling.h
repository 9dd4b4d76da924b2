/*
 * -status in a worker: if a client asks for the status of our certificate, its
 * handshake waits until the fetcher has the status, at most as long as
 * -status_timeout says. The worker goes on with the others.
 *
 * libssl chooses one of several certificates only after the wait, so the
 * handshake waits for the status of each.
 */
#ifndef STAPLING_H
#define STAPLING_H

#include <stdbool.h>
#include <sys/queue.h>

#include <openssl/ssl.h>

#include "waiting/waiter.h"

struct services;
struct status;
struct tls_context;

TAILQ_HEAD(status_list, status);

/* Part of each link; all zero without -status. */
struct stapling {
	const struct services *services;
	struct loop_task *wake; /* runs the handshake */
	struct status *status; /* owned; NULL: the client asks for none */
	/*
	 * The current call of libssl cannot wait: go on without a status that
	 * is not there.
	 */
	bool cannot_wait;
};

/* Set the callbacks of both contexts. Returns 0, or -1 (reported). */
int stapling_install(struct tls_context *);
/* Called by a worker, for a new SSL. */
void stapling_attach(
    struct stapling *, SSL *, const struct services *, struct loop_task *wake);
/* Also called when the handshake is over: later ones need nothing of this. */
void stapling_free(struct stapling *);
/* Returns true while a status for the last ClientHello has still to come. */
bool stapling_pending(struct stapling *);
/* The fetcher has something new: wake all that wait. */
void stapling_news(const struct status_list *);

#endif
