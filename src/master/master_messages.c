/*
 * What children say to the master. A channel lets nothing else through than
 * what the table of message.c allows, so each type that can come has its row.
 */
#include "master/master_state.h"
#include "master/record_file.h"

typedef void master_handler(
    struct master *, struct children *, unsigned, const struct message *);

static master_handler master_ready, master_opened, master_closed,
    master_unit_done, master_quota_used, master_stats, master_draining,
    master_log, master_fetch, master_fetched;

static master_handler *const master_handlers[MESSAGE_TYPES] = {
	[MESSAGE_READY] = master_ready,
	[MESSAGE_OPENED] = master_opened,
	[MESSAGE_CLOSED] = master_closed,
	[MESSAGE_UNIT_DONE] = master_unit_done,
	[MESSAGE_QUOTA_USED] = master_quota_used,
	[MESSAGE_STATS] = master_stats,
	[MESSAGE_DRAINING] = master_draining,
	[MESSAGE_LOG] = master_log,
	[MESSAGE_FETCH] = master_fetch,
	[MESSAGE_FETCHED] = master_fetched,
};

void
master_hear(void *master, struct children *children, unsigned slot,
    const struct message *message)
{
	master_handlers[message->type](master, children, slot, message);
}

/*
 * A worker that is ready before all are waits until master_begin_running. One
 * that was told to drain before it was ready accepts nobody.
 */
static void
master_ready(struct master *master, struct children *children, unsigned slot,
    const struct message *message)
{
	(void)message;
	pool_said_ready(&children->pool, slot);
	if (&children->pool == master->workers &&
	    master->state == MASTER_RUNNING &&
	    pool_replaces(master->workers, slot))
		pool_say(master->workers, slot, MESSAGE_ACCEPT);
}

static void
master_opened(struct master *master, struct children *children, unsigned slot,
    const struct message *message)
{
	console_connected(&master->console, slot, message->id);
	if ((message->flags & MESSAGE_FLAG_HELD) &&
	    !console_is_for(&master->console, message->id))
		channel_say(&children->pool.slot[slot].control, MESSAGE_GO,
		    message->id);
}

static void
master_closed(struct master *master, struct children *children, unsigned slot,
    const struct message *message)
{
	(void)children, (void)slot;
	console_disconnected(&master->console, message->id);
}

static void
master_unit_done(struct master *master, struct children *children,
    unsigned slot, const struct message *message)
{
	(void)children, (void)slot;
	console_unit_done(&master->console, message->id);
}

static void
master_quota_used(struct master *master, struct children *children,
    unsigned slot, const struct message *message)
{
	(void)children, (void)slot, (void)message;
	master_enter(master, MASTER_DRAINING);
}

static void
master_stats(struct master *master, struct children *children, unsigned slot,
    const struct message *message)
{
	(void)children;
	census_answer(&master->census, slot, message->id);
}

static void
master_draining(struct master *master, struct children *children, unsigned slot,
    const struct message *message)
{
	(void)master, (void)message;
	pool_said_retired(&children->pool, slot);
}

static void
master_log(struct master *master, struct children *children, unsigned slot,
    const struct message *message)
{
	(void)slot;
	record_file_write(master->log, children->body, message->size);
}

/* One nudge is enough until the fetcher has read it. */
static void
master_fetch(struct master *master, struct children *children, unsigned slot,
    const struct message *message)
{
	(void)children, (void)slot, (void)message;
	pool_nudge_all(master->fetcher, MESSAGE_FETCH);
}

static void
master_fetched(struct master *master, struct children *children, unsigned slot,
    const struct message *message)
{
	(void)children, (void)slot, (void)message;
	pool_nudge_all(master->workers, MESSAGE_FETCHED);
}
