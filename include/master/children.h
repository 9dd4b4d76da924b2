/*
 * The children of one kind as a source of the master: their pool, the relay of
 * what they print, and what they say on their control channels.
 */
#ifndef CHILDREN_H
#define CHILDREN_H

#include "foundation/message.h"
#include "master/pool.h"
#include "master/relay.h"
#include "master/sources.h"

struct children;

/* The child of this slot sent this message; its body is in children->body. */
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

/*
 * So many children a generation at most, of which so many are wanted, and at
 * most so many generations at once. rings: of their text, or NULL. Returns 0,
 * or -1 (reported).
 */
int children_open(struct children *, const struct process_plan *,
    unsigned count, unsigned wanted, unsigned generations, struct printer *,
    const struct text_rings *);
void children_hear_by(struct children *, children_hear *, void *arg);
/* End the children that are left. */
void children_close(struct children *);
/*
 * The child of this slot is dead: hear what it said last, which its channels
 * still hold. pool_bury is to follow.
 */
void children_hear_last(struct children *, unsigned slot);

/* Its self is the children. */
extern const struct source children_source;

#endif
