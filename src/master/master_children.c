/*
 * What kinds of children the master has, and what it does when one dies.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "foundation/log.h"
#include "master/listener.h"
#include "master/master_state.h"
#include "master/record_file.h"
#include "shared/accept_quota.h"
#include "shared/accept_turn.h"
#include "shared/fetch_board.h"
#include "shared/fragment_board.h"
#include "shared/half_open.h"
#include "shared/peer_claims.h"
#include "shared/shared.h"
#include "shared/stats.h"
#include "shared/tally.h"

/* What a child keeps open of the master's, beside its own channels. */
enum {
	KEEP_LISTENER = 1,
	KEEP_TURN = 2, /* to accept: a descriptor for each worker */
	KEEP_LOGS = 4, /* keys, messages, records */
	KEEP_FETCHED = 8, /* the file with what was fetched */
};

static void master_worker_died(struct master *, struct master_death *);
static void master_fetcher_died(struct master *, struct master_death *);
static void master_count_lost(struct master *, struct master_death *);
static void
master_keep(const struct master_setup *, unsigned, struct process_plan *);
static void master_bury(struct master *, enum master_child, unsigned, int);
static void
master_say_how_it_died(const struct master *, enum master_child, unsigned, int);
static void master_give_up(struct master *, enum master_child);

#define IN_STARTING MASTER_IN(MASTER_STARTING)
#define IN_RUNNING  MASTER_IN(MASTER_RUNNING)
#define IN_DRAINING MASTER_IN(MASTER_DRAINING)

static const struct {
	const char *name; /* in messages */
	bool numbered; /* there are several */
	enum message_party party;
	unsigned generations; /* that may live at once */
	unsigned keeps;
	unsigned replaced; /* the states in which a dead one is replaced */
	/* Called when the child is buried. */
	void (*died)(struct master *, struct master_death *);
} master_children[MASTER_CHILDREN] = {
	[MASTER_WORKER] = { "worker", true, PARTY_WORKER, POOL_GENERATIONS,
	    KEEP_LISTENER | KEEP_TURN | KEEP_LOGS | KEEP_FETCHED,
	    IN_STARTING | IN_RUNNING, master_worker_died },
	/* Workers that drain may still need something. */
	[MASTER_FETCHER] = { "the fetcher", false, PARTY_FETCHER, 1,
	    KEEP_FETCHED, IN_STARTING | IN_RUNNING | IN_DRAINING,
	    master_fetcher_died },
};

int
master_open_children(struct master *master, const struct master_setup *setup)
{
	struct process_plan plan;
	struct children *children;
	int i;

	for (i = 0; i < MASTER_CHILDREN; i++) {
		children = &master->children[i];
		plan = (struct process_plan){
			.party = master_children[i].party,
			.run = setup->child[i].run,
			.arg = setup->child[i].arg,
		};
		master_keep(setup, master_children[i].keeps, &plan);
		children_hear_by(children, master_hear, master);
		children->replaced = master_children[i].replaced;
		if (children_open(children, &plan, setup->child[i].count,
			setup->child[i].wanted, master_children[i].generations,
			master->printer,
			i == MASTER_WORKER ? &setup->shared->texts : NULL) ==
		    -1)
			return -1;
	}
	return 0;
}

void
master_reap_children(struct master *master)
{
	int i, slot, status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < MASTER_CHILDREN; i++) {
			slot = pool_slot(&master->children[i].pool, pid);
			if (slot != -1)
				master_bury(master, (enum master_child)i,
				    (unsigned)slot, status);
		}
}

void
master_close_children(struct master *master)
{
	int i;

	for (i = 0; i < MASTER_CHILDREN; i++)
		children_close(&master->children[i]);
}

static void
master_keep(
    const struct master_setup *setup, unsigned keeps, struct process_plan *plan)
{
	const struct shared *shared = setup->shared;
	unsigned i,
	    slots = setup->child[MASTER_WORKER].count * POOL_GENERATIONS;

	if (keeps & KEEP_LISTENER)
		process_keep_fd(plan, setup->listener->fd);
	for (i = 0; (keeps & KEEP_TURN) && i < slots; i++)
		process_keep_fd(plan, accept_turn_fd(shared->turn, i));
	if (keeps & KEEP_LOGS) {
		process_keep_fd(plan, setup->keylog_fd);
		process_keep_fd(plan, setup->messages_fd);
		process_keep_fd(
		    plan, setup->log->has_path ? setup->log->fd : -1);
	}
	if ((keeps & KEEP_FETCHED) && shared->fetches != NULL)
		process_keep_fd(plan, fetch_board_fd(shared->fetches));
}

static void
master_bury(
    struct master *master, enum master_child kind, unsigned slot, int status)
{
	struct children *children = &master->children[kind];
	struct master_death death = { slot, children->pool.slot[slot].pid,
		status, 0 };
	int result;

	children_hear_last(children, slot);
	master_say_how_it_died(master, kind, slot, status);
	result = pool_bury(&children->pool, slot);
	master_children[kind].died(master, &death);
	if (result == -1)
		master_give_up(master, kind);
}

static void
master_say_how_it_died(const struct master *master, enum master_child kind,
    unsigned slot, int status)
{
	const struct pool *pool = &master->children[kind].pool;
	bool expected = master->state > MASTER_DRAINING;
	long pid = (long)pool->slot[slot].pid;
	char number[16] = "";

	if (master_children[kind].numbered)
		snprintf(
		    number, sizeof(number), " %u", pool_number(pool, slot));
	if (!expected && WIFSIGNALED(status))
		log_warnx("%s%s (pid %ld) was killed by signal %d",
		    master_children[kind].name, number, pid, WTERMSIG(status));
	else if (pool_replaces(pool, slot))
		log_warnx("%s%s (pid %ld) exited with status %d",
		    master_children[kind].name, number, pid,
		    WEXITSTATUS(status));
}

static void
master_give_up(struct master *master, enum master_child kind)
{
	const char *name = master_children[kind].name;

	if (master_children[kind].numbered)
		log_warnx("%d %ss in a row died at once: giving up",
		    POOL_DEATHS_MAX, name);
	else
		log_warnx("%s died at once %d times in a row: giving up", name,
		    POOL_DEATHS_MAX);
	master_end_by(master, 0);
}

/* What it held in shared memory is given back, or counts as used. */
static void
master_worker_died(struct master *master, struct master_death *death)
{
	struct shared *shared = master->shared;
	unsigned slot = death->slot;
	int status = death->status;
	bool replaced = pool_replaces(master->workers, slot);
	bool failed = WIFEXITED(status) && WEXITSTATUS(status) != 0;
	bool lost = master->state <= MASTER_DRAINING &&
	    (replaced || failed || WIFSIGNALED(status));

	accept_turn_set_state(shared->turn, slot, ACCEPT_ABSENT);
	accept_quota_bury(shared->quota, slot);
	if (shared->claims != NULL) {
		peer_claims_bury(shared->claims, slot);
		fragment_board_bury(shared->fragments, slot);
		half_open_bury(shared->half_open, slot);
	}
	if (shared->tally != NULL)
		tally_bury(shared->tally, slot);
	console_worker_died(&master->console, slot);
	census_bury(&master->census, slot);
	master_repair_cards(master, slot);
	if (lost)
		master_count_lost(master, death);
	master_record_missing(
	    master, slot, lost ? CARD_END_WORKER_DIED : CARD_END_SERVER_ENDED);
	if (failed && !replaced)
		master->status = WEXITSTATUS(status);
	if (accept_quota_exhausted(shared->quota))
		master_enter(master, MASTER_DRAINING);
}

static void
master_count_lost(struct master *master, struct master_death *death)
{
	struct stats *stats = master->shared->stats;
	struct stats_numbers before, after;

	stats_total(stats, &before);
	stats_bury(stats, death->slot);
	stats_total(stats, &after);
	death->connections_lost =
	    after.value[STAT_LOST] - before.value[STAT_LOST];
	master_log_death(master, death);
}

/* It may have fetched something that it could not tell any more. */
static void
master_fetcher_died(struct master *master, struct master_death *death)
{
	(void)death;
	pool_nudge_all(master->workers, MESSAGE_FETCHED);
}
