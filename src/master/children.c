#include <poll.h>

#include "foundation/monotime.h"
#include "master/children.h"
#include "master/printer.h"

/* The keys of a child: its outlets of text, and then its control channel. */
#define CHILDREN_KEYS (TEXT_OUTLETS + 1)

static void children_prepare(const void *, struct pollset *, int64_t);
static void children_dispatch(void *, unsigned, short);
static int64_t children_due_ms(const void *, int64_t);
static void children_act(void *, int64_t);
static void
children_prepare_one(const struct children *, unsigned, struct pollset *);
static void children_prepare_channel(
    const struct channel *, bool, struct pollset *, unsigned);
static void children_control(struct children *, unsigned);

const struct source children_source = {
	children_prepare,
	children_dispatch,
	children_due_ms,
	children_act,
};

int
children_open(struct children *children, const struct process_plan *plan,
    unsigned count, unsigned wanted, unsigned generations,
    struct printer *printer, const struct text_rings *rings)
{
	if (pool_open(&children->pool, plan, count, wanted, generations) == -1)
		return -1;
	return relay_open(&children->relay, &children->pool, printer, rings);
}

void
children_hear_by(struct children *children, children_hear *hear, void *arg)
{
	children->hear = hear;
	children->arg = arg;
}

void
children_close(struct children *children)
{
	pool_close(&children->pool);
	relay_close(&children->relay);
}

void
children_hear_last(struct children *children, unsigned slot)
{
	children_control(children, slot);
	relay_bury(&children->relay, slot);
}

static void
children_prepare(const void *self, struct pollset *set, int64_t now_ms)
{
	const struct children *children = self;
	unsigned slot;

	(void)now_ms;
	for (slot = 0; slot < children->pool.slots; slot++)
		children_prepare_one(children, slot, set);
}

static void
children_prepare_one(
    const struct children *children, unsigned slot, struct pollset *set)
{
	const struct process *process = &children->pool.slot[slot];
	unsigned i, key = slot * CHILDREN_KEYS;

	/* Full: the child's channel fills up, and so the child waits. */
	for (i = 0; i < TEXT_OUTLETS; i++)
		children_prepare_channel(&process->text[i],
		    !printer_full(children->relay.printer, i), set, key + i);
	children_prepare_channel(
	    &process->control, true, set, key + TEXT_OUTLETS);
}

static void
children_prepare_channel(const struct channel *channel, bool hears,
    struct pollset *set, unsigned key)
{
	struct pollfd pollfd = { .fd = -1 };

	if (hears)
		pollfd.events |= POLLIN;
	if (channel_waiting(channel))
		pollfd.events |= POLLOUT;
	if (pollfd.events != 0)
		pollfd.fd = channel->fd;
	pollset_add(set, pollfd, key);
}

static void
children_dispatch(void *self, unsigned key, short events)
{
	struct children *children = self;
	unsigned slot = key / CHILDREN_KEYS, i = key % CHILDREN_KEYS;
	struct process *process = &children->pool.slot[slot];

	if (events & POLLOUT)
		channel_flush(
		    i < TEXT_OUTLETS ? &process->text[i] : &process->control);
	if (i < TEXT_OUTLETS && (events & ~POLLOUT))
		relay_read(&children->relay, slot, i);
	else if (events & ~POLLOUT)
		children_control(children, slot);
	pool_end_refused(&children->pool, slot);
}

static int64_t
children_due_ms(const void *self, int64_t now_ms)
{
	const struct children *children = self;

	return monotime_sooner(pool_due_ms(&children->pool),
	    relay_due_ms(&children->relay, now_ms));
}

static void
children_act(void *self, int64_t now_ms)
{
	struct children *children = self;

	relay_act(&children->relay, now_ms);
	pool_tend(&children->pool, now_ms);
}

static void
children_control(struct children *children, unsigned slot)
{
	struct channel *control = &children->pool.slot[slot].control;
	struct message message = { .type = 0 };

	while (channel_receive(control, &message, children->body) == 1) {
		relay_read_rings(&children->relay, slot);
		children->hear(children->arg, children, slot, &message);
	}
}
