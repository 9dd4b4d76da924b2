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
#include "foundation/text_ring.h"
#include "sessions/session_cache.h"

struct randomness;
struct textbuf;

#define SHARED_COOKIE_SECRET 32

/* Values that are too small for a module of their own. */
struct shared_board {
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
	/* The file of -log, and how many of its lines all have lost. */
	struct file_tail_state log;
	_Atomic uint64_t log_lost;
	/* When a worker last said what is wrong with the session store. */
	_Atomic int64_t store_said_ms;
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
	struct connection_board *connections; /* NULL: nobody asks for it */
	struct tally *tally; /* NULL without -summary */
	/* What workers print: TEXT_OUTLETS for each slot, one after another. */
	struct text_rings texts;
	unsigned allowed; /* sessions, "(N allowed)" in the statistics */
	bool external; /* the statistics leave out the rows of the cache */
};

/* How large the parts are, and what they begin with. */
struct shared_sizes {
	unsigned workers;
	unsigned slots; /* how many processes may live at once */
	int64_t naccept; /* connections; -1: unlimited */
	struct session_limits sessions;
	/* Named in an error if there is no memory for so many. */
	char cache_name[64];
	size_t answer_max; /* bytes of what is fetched; 0: nothing ever is */
	bool datagrams; /* there are peers of DTLS */
	unsigned half_open; /* so many of them may be shaking hands */
	unsigned cards; /* of connections, of each slot; 0: none at all */
	bool tally; /* for -summary */
	size_t text_ring; /* bytes of each worker's two */
	unsigned allowed; /* of struct shared, as is: */
	bool external;
};

/* Returns 0, or -1 (reported). */
int shared_open(
    struct shared *, const struct shared_sizes *, const struct randomness *);
void shared_close(struct shared *);

/* Append the stock program's statistics table, with the sums of all workers. */
void shared_stats_table(const struct shared *, struct textbuf *);

#endif
