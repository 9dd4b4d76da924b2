/*
 * The children of one kind as a source of the master: a pool of processes, what
 * they print, and what they say on their control channels.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "foundation/message.h"
#include "master/pool.h"
#include "master/relay.h"
#include "master/sources.h"

struct children;

/* What the child of this slot said; a body is in children->body. */
typedef void children_hear(
    void *arg, struct children *, unsigned slot, const struct message *);

struct children {
	struct pool pool;
	struct relay relay;
	children_hear *hear;
	void *arg; /* of that */
	unsigned replaced; /* the phases in which who dies is replaced */
	unsigned char body[MESSAGE_BODY_MAX];
};

/* So many of one generation, at most so many generations. 0 or -1 (reported) */
int children_open(struct children *, const struct process_plan *,
    unsigned count, unsigned generations, struct output *);
void children_hear_by(struct children *, children_hear *, void *arg);
/* End those that are left. */
void children_close(struct children *);
/*
 * The child of this slot is dead: hear what it said last, which still stands in
 * its channels. Then it is to be buried.
 */
void children_hear_last(struct children *, unsigned slot);

/* Its self is the children. */
extern const struct source children_source;

#endif
