#include "foundation/lifeline.h"

int
lifeline_init(struct lifeline *lifeline)
{
	if (shlock_init(&lifeline->lock) == -1)
		return -1;
	return shlock_try(&lifeline->lock) == SHLOCK_HELD ? 0 : -1;
}

void
lifeline_close(struct lifeline *lifeline)
{
	shlock_unlock(&lifeline->lock);
}

/*
 * A process that finds the master dead gets the lock, and holds it when it dies
 * itself. So the next process finds the master dead, too.
 */
bool
lifeline_is_cut(struct lifeline *lifeline)
{
	return shlock_try(&lifeline->lock) != SHLOCK_BUSY;
}
