#include "foundation/lifeline.h"

#include <string.h>

int
lifeline_init(struct lifeline *lifeline)
{
	if (shlock_init(&lifeline->lock) == -1)
		return -1;
	if (shlock_try(&lifeline->lock) != SHLOCK_HELD)
		return -1;
	memcpy(lifeline->held, &lifeline->lock.mutex, sizeof(lifeline->held));
	return 0;
}

void
lifeline_close(struct lifeline *lifeline)
{
	shlock_unlock(&lifeline->lock);
}

/*
 * The kernel marks a robust lock by changing it. To try the lock would take its
 * line away from all other processors, even in vain.
 *
 * A process that finds the master dead gets the lock, and holds it when it dies
 * itself. So the next process finds the master dead, too.
 */
bool
lifeline_is_cut(struct lifeline *lifeline)
{
	uint8_t now[sizeof(lifeline->held)];

	memcpy(now, &lifeline->lock.mutex, sizeof(now));
	if (memcmp(now, lifeline->held, sizeof(now)) == 0)
		return false;
	return shlock_try(&lifeline->lock) != SHLOCK_BUSY;
}
