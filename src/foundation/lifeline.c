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

/* Whoever sees it cut holds the lock and dies with it, so the next sees it too.
 */
bool
lifeline_is_cut(struct lifeline *lifeline)
{
	return shlock_try(&lifeline->lock) != SHLOCK_BUSY;
}
