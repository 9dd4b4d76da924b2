/*
 * Tells a worker whether the master is alive, by a word in shared memory and
 * without a system call. All workers ask before each connection, so they only
 * read.
 *
 * The master holds a robust lock for as long as it lives. When the master dies,
 * for whatever reason, the kernel marks the lock, before any process can learn
 * of the death by wait(2).
 */
#ifndef LIFELINE_H
#define LIFELINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "foundation/shlock.h"

struct lifeline {
	struct shlock lock; /* the master's */
	/* Constant: the bytes of the lock while the master holds it. */
	uint8_t held[sizeof(pthread_mutex_t)];
};

/* Called by the master, before the fork. Returns 0, or -1 (reported). */
int lifeline_init(struct lifeline *);
/* Called by the master, before the shared memory is unmapped. */
void lifeline_close(struct lifeline *);
/* Returns true if the master is dead. */
bool lifeline_is_cut(struct lifeline *);

#endif
