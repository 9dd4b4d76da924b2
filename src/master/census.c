#include "master/census.h"

#include <stdlib.h>
#include <string.h>

#include "foundation/log.h"
#include "foundation/monotime.h"
#include "master/pool.h"

static int64_t census_due_ms(const void *, int64_t);
static void census_act(void *, int64_t);
static bool census_goes_on(const struct census *);
static void census_begin(struct census *);
static void census_end(struct census *);

const struct source census_source = {
	.due_ms = census_due_ms,
	.act = census_act,
};

int
census_open(struct census *census, struct pool *pool)
{
	memset(census, 0, sizeof(*census));
	census->pool = pool;
	census->asked = calloc(pool->slots, sizeof(*census->asked));
	census->silent = calloc(pool->slots, sizeof(*census->silent));
	if (census->asked != NULL && census->silent != NULL)
		return 0;
	log_warn("cannot report on %u workers", pool->children);
	return -1;
}

void
census_close(struct census *census)
{
	free(census->asked);
	free(census->silent);
}

uint64_t
census_ask(struct census *census)
{
	if (!census_goes_on(census)) {
		census_begin(census);
		return census->round;
	}
	census->again = true;
	return census->round + 1;
}

bool
census_has_answered(const struct census *census, uint64_t round)
{
	return census->done >= round;
}

void
census_answer(struct census *census, unsigned slot, uint64_t round)
{
	if (!census_goes_on(census) || round != census->round ||
	    !census->asked[slot])
		return;
	census->asked[slot] = false;
	census->waiting--;
}

void
census_bury(struct census *census, unsigned slot)
{
	census_answer(census, slot, census->round);
}

static int64_t
census_due_ms(const void *self, int64_t now_ms)
{
	const struct census *census = self;

	if (!census_goes_on(census))
		return 0;
	return census->waiting == 0 ? now_ms : census->deadline_ms;
}

static void
census_act(void *self, int64_t now_ms)
{
	struct census *census = self;

	if (!census_goes_on(census) ||
	    (census->waiting > 0 && now_ms < census->deadline_ms))
		return;
	census_end(census);
	if (census->again)
		census_begin(census);
}

static bool
census_goes_on(const struct census *census)
{
	return census->done < census->round;
}

static void
census_begin(struct census *census)
{
	struct pool *pool = census->pool;
	unsigned i;

	census->round++;
	census->again = false;
	census->waiting = 0;
	census->deadline_ms = monotime_ms() + CENSUS_WAIT_MS;
	for (i = 0; i < pool->slots; i++) {
		census->asked[i] = pool->slot[i].ready;
		if (!census->asked[i])
			continue;
		census->waiting++;
		/* Questions to a stopped worker must not pile up. */
		if (!channel_waiting(&pool->slot[i].control))
			channel_say(&pool->slot[i].control,
			    MESSAGE_STATS_REQUEST, census->round);
	}
}

static void
census_end(struct census *census)
{
	const struct pool *pool = census->pool;
	unsigned number, slot;

	census->done = census->round;
	census->silent_count = 0;
	for (number = 1; number <= pool->children; number++)
		for (slot = number - 1; slot < pool->slots;
		     slot += pool->children)
			if (census->asked[slot]) {
				census->silent[census->silent_count++] = number;
				break;
			}
}
