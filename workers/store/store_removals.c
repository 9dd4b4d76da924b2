#include "store/store_removals.h"

static void store_removals_trim(struct store_removals *);

void
store_removals_init(struct store_removals *removals)
{
	TAILQ_INIT(&removals->commands);
	removals->count = 0;
	removals->dropped = 0;
}

void
store_removals_add(
    struct store_removals *removals, struct store_command *command)
{
	TAILQ_INSERT_TAIL(&removals->commands, command, entry);
	removals->count++;
	store_removals_trim(removals);
}

void
store_removals_put_back(
    struct store_removals *removals, struct store_command *command)
{
	TAILQ_INSERT_HEAD(&removals->commands, command, entry);
	removals->count++;
	store_removals_trim(removals);
}

struct store_command *
store_removals_next(struct store_removals *removals)
{
	struct store_command *command = TAILQ_FIRST(&removals->commands);

	if (command != NULL) {
		TAILQ_REMOVE(&removals->commands, command, entry);
		removals->count--;
	}
	return command;
}

static void
store_removals_trim(struct store_removals *removals)
{
	if (removals->count <= STORE_REMOVALS_MAX)
		return;
	store_command_free(store_removals_next(removals));
	removals->dropped++;
}
