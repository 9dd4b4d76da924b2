/*
 * A lock between processes that survives the death and the stop of its holder.
 *
 * Death: the next locker gets SHLOCK_OWNER_DIED, holds the lock, must repair
 * or empty what the lock guards, and then call shlock_repaired().
 * Stop (SIGSTOP, a debugger): waits end after SHLOCK_WAIT_MS.
 *
 * No system call but the lock's own, no allocation and no logging while one is
 * held.
 */
#ifndef SHLOCK_H
#define SHLOCK_H

#include <pthread.h>
#include <stdbool.h>

#define SHLOCK_WAIT_MS 2

enum shlock_result {
	SHLOCK_HELD,
	SHLOCK_OWNER_DIED, /* held, but what it guards may be half-written */
	SHLOCK_BUSY, /* not held: the wait ran out */
};

struct shlock {
	pthread_mutex_t mutex; /* robust, process-shared */
};

/* In shared memory, once, before the fork. Returns 0, or -1 (reported). */
int shlock_init(struct shlock *);
enum shlock_result shlock_lock(struct shlock *);
/*
 * For who asks often: a holder that is stopped is waited for once. *hurried is
 * the caller's, one for each lock, and false at first.
 */
enum shlock_result shlock_lock_hurried(struct shlock *, bool *hurried);
/* Never waits: for the master. */
enum shlock_result shlock_try(struct shlock *);
void shlock_repaired(struct shlock *);
void shlock_unlock(struct shlock *);

#endif
