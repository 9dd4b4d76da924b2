/*
 * The one shared region by name: everything that master and workers share in
 * memory. Mapped by the master before the first fork.
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

/* Words too small for a module of their own. */
struct shared_board {
	/* Number of the last connection accepted, over all workers; each
	 * worker takes the next. */
	_Atomic uint64_t connections;
	/*
	 * Written by the master, read by workers: standard input has something
	 * to say (text or its end) and no connection to say it to. A
	 * new connection is then held until the master has spoken.
	 */
	_Atomic bool input_waits;
	/* Constant, so that each worker knows all the others' cookies. */
	uint8_t cookie_secret[SHARED_COOKIE_SECRET];
	/* Of -keylogfile and -msgfile, which workers write. */
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
	struct peer_claims *claims; /* NULL: there are no datagrams */
	struct fragment_board *fragments; /* the same */
	struct half_open *half_open; /* NULL: as well */
	unsigned allowed; /* sessions, as the statistics table says */
	bool external; /* the table leaves out what the cache holds */
};

/* Returns 0, or -1 (reported). slots: how many processes may live at once. */
int shared_open(struct shared *, const struct config *,
    const struct randomness *, unsigned slots);
void shared_close(struct shared *);

/* The stock program's statistics table, summed over all workers. */
void shared_stats_table(const struct shared *, struct textbuf *);

#endif
