/*
 * The master asks every worker whether it is up to date, and waits a moment for
 * the answers. The numbers that count are in shared memory, so a worker that is
 * stopped or dead counts with its last ones; who does not answer is named.
 *
 * Several may ask at a time. Who asks while a round goes on waits for the next
 * one, since a worker may have answered before the question.
 */
#ifndef CENSUS_H
#define CENSUS_H

#include <stdbool.h>
#include <stdint.h>

#include "master/sources.h"

struct pool;

#define CENSUS_WAIT_MS 300

struct census {
	struct pool *pool; /* the workers */
	uint64_t round; /* the number of the last one that began */
	uint64_t done; /* the number of the last one that is over */
	bool again; /* another one is wanted */
	int64_t deadline_ms;
	unsigned waiting; /* workers that have not answered */
	bool *asked; /* by slot: answer still missing; owned */
	/* Numbers of those that did not answer in the last one; owned. */
	unsigned *silent;
	unsigned silent_count;
};

/* Returns 0, or -1 (reported). */
int census_open(struct census *, struct pool *);
void census_close(struct census *);

/* Returns the number of the round whose end answers this question. */
uint64_t census_ask(struct census *);
bool census_has_answered(const struct census *, uint64_t round);
/* The worker of this slot has answered the question of that round. */
void census_answer(struct census *, unsigned slot, uint64_t round);
/* The worker of this slot is dead. */
void census_bury(struct census *, unsigned slot);

/* Ends and begins rounds, before those who ask act; self: the census. */
extern const struct source census_source;

#endif
