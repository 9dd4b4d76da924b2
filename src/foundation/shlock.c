#include "foundation/shlock.h"

#include <errno.h>
#include <time.h>

#include "foundation/log.h"

/* Where nothing else is to be had, a clock that is set may cost some time. */
#ifdef __GLIBC__
#define SHLOCK_CLOCK CLOCK_MONOTONIC
#define shlock_timedlock(mutex, until) \
	pthread_mutex_clocklock(mutex, SHLOCK_CLOCK, until)
#else
#define SHLOCK_CLOCK CLOCK_REALTIME

#define shlock_timedlock(mutex, until) pthread_mutex_timedlock(mutex, until)
#endif

static enum shlock_result shlock_result(int);
static bool shlock_stuck(const struct shlock *);

int
shlock_init(struct shlock *lock)
{
	pthread_mutexattr_t attr;
	int error;

	if ((error = pthread_mutexattr_init(&attr)) != 0)
		goto out;
	/*
	 * An error in any of these must not pass: a lock that is private to
	 * a process or not robust works until the day it matters.
	 */
	if ((error = pthread_mutexattr_setpshared(
		 &attr, PTHREAD_PROCESS_SHARED)) == 0 &&
	    (error = pthread_mutexattr_setrobust(
		 &attr, PTHREAD_MUTEX_ROBUST)) == 0)
		error = pthread_mutex_init(&lock->mutex, &attr);
	pthread_mutexattr_destroy(&attr);
out:
	if (error == 0)
		return 0;
	errno = error;
	log_warn("cannot make a lock between processes");
	return -1;
}

enum shlock_result
shlock_lock(struct shlock *lock)
{
	struct timespec until;
	enum shlock_result result;

	/* The lock is nearly always free, and then no clock is read. */
	if ((result = shlock_try(lock)) != SHLOCK_BUSY || shlock_stuck(lock))
		return result;
	clock_gettime(SHLOCK_CLOCK, &until);
	until.tv_nsec += SHLOCK_WAIT_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	result = shlock_result(shlock_timedlock(&lock->mutex, &until));
	atomic_store_explicit(
	    &lock->stuck, result == SHLOCK_BUSY, memory_order_relaxed);
	return result;
}

enum shlock_result
shlock_try(struct shlock *lock)
{
	enum shlock_result result =
	    shlock_result(pthread_mutex_trylock(&lock->mutex));

	if (result != SHLOCK_BUSY && shlock_stuck(lock))
		atomic_store_explicit(
		    &lock->stuck, false, memory_order_relaxed);
	return result;
}

void
shlock_repaired(struct shlock *lock)
{
	pthread_mutex_consistent(&lock->mutex);
}

void
shlock_unlock(struct shlock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}

/*
 * With all other errors the lock is not held. (ENOTRECOVERABLE: a process did
 * not call shlock_repaired.)
 */
static enum shlock_result
shlock_result(int error)
{
	switch (error) {
	case 0:
		return SHLOCK_HELD;
	case EOWNERDEAD:
		return SHLOCK_OWNER_DIED;
	default:
		return SHLOCK_BUSY;
	}
}

static bool
shlock_stuck(const struct shlock *lock)
{
	return atomic_load_explicit(&lock->stuck, memory_order_relaxed);
}
