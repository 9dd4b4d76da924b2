/*
 * The parts of the shared region by name: all that master and workers share in
 * memory. The master maps it before the first fork.
 */
#ifndef SHARED_H
#define SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "foundation/file_tail.h"
#include "foundation/shm.h"

struct config;
struct randomness;
struct textbuf;

#define SHARED_COOKIE_SECRET 32

/* Values that are too small for a module of their own. */
struct shared_board {
	/*
	 * The number of the last connection that was accepted, over all
	 * workers. A worker that accepts one adds 1 and takes that number.
	 */
	_Atomic uint64_t connections;
	/*
	 * Written by the master, read by workers: standard input has text (or
	 * has ended), and there is no connection to send that to. A new
	 * connection is then held until the master has sent it.
	 */
	_Atomic bool input_waits;
	/* Constant, so that each worker can check the cookies of all others. */
	uint8_t cookie_secret[SHARED_COOKIE_SECRET];
	/* The files of -keylogfile and -msgfile, which workers write. */
	struct file_tail_state key_log, messages;
};

struct shared {
	struct shm shm;
	struct lifeline *lifeline;
	struct shared_board *board;
	struct stats *stats;
	struct accept_quota *quota;
	struct accept_turn *turn;
	struct session_cache *sessions;
	struct ticket_keys *ticket_keys; /* written by the master */
	struct fetch_board *fetches; /* NULL: nothing is ever fetched */
	/* These three are NULL if the server takes no datagrams. */
	struct peer_claims *claims;
	struct fragment_board *fragments;
	struct half_open *half_open;
	unsigned allowed; /* sessions, "(N allowed)" in the statistics */
	bool external; /* the statistics leave out the rows of the cache */
};

/* slots: the number of processes at the same time. 0, or -1 (reported). */
int shared_open(struct shared *, const struct config *,
    const struct randomness *, unsigned slots);
void shared_close(struct shared *);

/* Append the stock program's statistics table, with the sums of all workers. */
void shared_stats_table(const struct shared *, struct textbuf *);

#endif
