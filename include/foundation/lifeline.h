/*
 * Does the master live? A word in shared memory tells, without a system call.
 *
 * The master holds a robust lock for as long as it lives. When it dies, of
 * whatever, the kernel marks the lock, and does so before anybody can learn of
 * the death by wait(2).
 */
#ifndef LIFELINE_H
#define LIFELINE_H

#include <stdbool.h>

#include "foundation/shlock.h"

struct lifeline {
	struct shlock lock; /* the master's */
};

/* In shared memory, by the master, before the fork. 0, or -1 (reported). */
int lifeline_init(struct lifeline *);
/* By the master, before the memory goes. */
void lifeline_close(struct lifeline *);
/* The master is dead. */
bool lifeline_is_cut(struct lifeline *);

#endif
