/*
 * -status in a worker: a handshake whose client asks for the status of our
 * certificate waits until the fetcher has it, at most as long as
 * -status_timeout says; the worker goes on with the others.
 *
 * Which of several certificates it will be is decided after the wait, so the
 * status of each is waited for.
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

/* Part of each connection; all zero without -status. */
struct stapling {
	const struct services *services;
	struct loop_task *wake; /* runs the handshake */
	struct status *status; /* owned; NULL: the client asks for none */
	/* The call of libssl that is made cannot be left: what is not there
	 * is done without. */
	bool cannot_wait;
};

/* Both contexts get the callbacks. Returns 0, or -1 (reported). */
int stapling_install(struct tls_context *);
/* In a worker, for a new SSL. */
void stapling_attach(
    struct stapling *, SSL *, const struct services *, struct loop_task *wake);
/* Also when the handshake is over: nothing is kept for what comes. */
void stapling_free(struct stapling *);
/* True: what the last ClientHello made it ask for is still to come. */
bool stapling_pending(struct stapling *);
/* The fetcher has something new: those that wait look again. */
void stapling_news(const struct status_list *);

#endif
