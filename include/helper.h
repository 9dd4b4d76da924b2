/*
 * The fetcher as the master sees it: a pool of one process beside the workers,
 * replaced as they are, that outlives all of them.
 */
#ifndef HELPER_H
#define HELPER_H

#include <poll.h>
#include <stdbool.h>
#include <sys/types.h>

#include "process.h"
#include "relay.h"

#define HELPER_POLLFDS 2

struct helper {
	bool wanted;
	struct process_table table;
	struct relay relay;
	struct output *output;
	unsigned char body[MESSAGE_BODY_MAX];
};

/* Start it; run NULL: none is wanted. Returns 0, or -1 (reported). */
int helper_open(struct helper *, process_main *run, void *arg, struct output *);
/* End it, and wait for its end. */
void helper_close(struct helper *);

void helper_prepare(struct helper *, struct pollfd[HELPER_POLLFDS]);
/* True: it has something new for the workers. */
bool helper_dispatch(struct helper *, const struct pollfd[HELPER_POLLFDS]);
/* There is something new for it. */
void helper_nudge(struct helper *);
/* Milliseconds until it is to be replaced, or -1; replaces what is due. */
int helper_respawn(struct helper *);
/*
 * A process was reaped. Returns 0: it is not ours; 1: it was; -1: it was,
 * and it makes no sense to go on.
 */
int helper_reaped(struct helper *, pid_t, int status, bool expected);

#endif
