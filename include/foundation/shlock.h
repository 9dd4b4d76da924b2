/*
 * A lock between processes that survives the death and the stop of its holder.
 *
 * The holder dies: the next process that locks gets SHLOCK_OWNER_DIED. It holds
 * the lock then, must repair or empty what the lock guards, and must call
 * shlock_repaired().
 *
 * The holder is stopped (SIGSTOP, a debugger): the first process that waits
 * gives up after SHLOCK_WAIT_MS. From then on no process waits for this lock,
 * until one has got it.
 *
 * On a busy machine a holder that is not stopped may lose its processor for a
 * while. SHLOCK_WAIT_MS is longer than that, so that such a holder is not taken
 * for a stopped one.
 *
 * A process that holds a lock may make no system call but those of the lock,
 * and may neither allocate memory nor log.
 */
#ifndef SHLOCK_H
#define SHLOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define SHLOCK_WAIT_MS 50

enum shlock_result {
	SHLOCK_HELD,
	SHLOCK_OWNER_DIED, /* held; what the lock guards may be half-written */
	SHLOCK_BUSY, /* not held: the wait timed out, or there was none */
};

struct shlock {
	pthread_mutex_t mutex; /* robust, process-shared */
	/* A wait has timed out. All processes read and write this. */
	_Atomic bool stuck;
};

/*
 * Make the lock, in shared memory, once, before the fork. Returns 0, or -1
 * (reported).
 */
int shlock_init(struct shlock *);
enum shlock_result shlock_lock(struct shlock *);
/* Never waits, and so is for the master. SHLOCK_BUSY: another one has it. */
enum shlock_result shlock_try(struct shlock *);
/* May be called only after SHLOCK_OWNER_DIED, with the lock held. */
void shlock_repaired(struct shlock *);
void shlock_unlock(struct shlock *);

#endif
