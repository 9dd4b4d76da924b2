/*
 * Removals that the store has still to be told of. If there are more than
 * STORE_REMOVALS_MAX, the oldest are given up.
 */
#ifndef STORE_REMOVALS_H
#define STORE_REMOVALS_H

#include <stddef.h>
#include <stdint.h>

#include "store/store_command.h"

#define STORE_REMOVALS_MAX 10000

struct store_removals {
	struct store_commands commands; /* the oldest first */
	size_t count;
	uint64_t dropped;
};

void store_removals_init(struct store_removals *);
/* Owns the command from now on. */
void store_removals_add(struct store_removals *, struct store_command *);
/* The same for one that was sent, perhaps in vain: it goes first again. */
void store_removals_put_back(struct store_removals *, struct store_command *);
/* Returns the oldest, which is then the caller's, or NULL. */
struct store_command *store_removals_next(struct store_removals *);

#endif
