/*
 * A lock between processes that survives the death and the stop of its holder.
 *
 * Death: the next locker gets SHLOCK_OWNER_DIED, holds the lock, must repair
 * or empty what the lock guards, and then call shlock_repaired().
 * Stop (SIGSTOP, a debugger): the first wait ends after SHLOCK_WAIT_MS. Until
 * somebody has held the lock again, no process waits for it any more.
 *
 * On a busy machine a holder that runs may lose its processor for a while. The
 * wait is longer than that, so that it is not taken for a stopped one.
 *
 * No system call but the lock's own, no allocation and no logging while one is
 * held.
 */
#ifndef SHLOCK_H
#define SHLOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define SHLOCK_WAIT_MS 50

enum shlock_result {
	SHLOCK_HELD,
	SHLOCK_OWNER_DIED, /* held, but what it guards may be half-written */
	SHLOCK_BUSY, /* not held: the wait ran out, or was spared */
};

struct shlock {
	pthread_mutex_t mutex; /* robust, process-shared */
	/* A wait has run out. Any process reads and writes this. */
	_Atomic bool stuck;
};

/* In shared memory, once, before the fork. Returns 0, or -1 (reported). */
int shlock_init(struct shlock *);
enum shlock_result shlock_lock(struct shlock *);
/* Never waits: for the master. */
enum shlock_result shlock_try(struct shlock *);
void shlock_repaired(struct shlock *);
void shlock_unlock(struct shlock *);

#endif
