/*
 * The children of one kind: a table of slots, each with one process that is
 * replaced when it dies. Knows nothing of what the children do.
 *
 * There are slots for several generations. The newest child of each number that
 * is wanted is replaced when it dies; older ones finish their work and are not
 * replaced. A child of number N has the Nth slot of its generation.
 */
#ifndef POOL_H
#define POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "master/process.h"

/* How many generations of workers may live at once. */
#define POOL_GENERATIONS 4
/* So long may a child take to be ready. */
#define POOL_READY_MS 10000
/* Deaths "at once" in a row after which it makes no sense to go on. */
#define POOL_DEATHS_MAX 10

struct pool {
	struct process *slot; /* owned */
	unsigned slots; /* of all generations */
	unsigned children; /* slots of one generation */
	unsigned wanted; /* so many numbers have a child; 0: none has */
	unsigned generations;
	unsigned *newest; /* the generation of each number's; owned */
	bool replacing; /* the newest that dies is replaced */
	unsigned deaths_at_once; /* in a row */
	struct process_plan plan;
};

/* Numbers of children, counted from 0. */
struct pool_range {
	unsigned first, end;
};

/*
 * Slots for so many generations of so many children, of which so many are
 * wanted. Returns 0, or -1 (reported).
 */
int pool_open(struct pool *, const struct process_plan *, unsigned children,
    unsigned wanted, unsigned generations);
/* End the children that are left, and wait for their end. */
void pool_close(struct pool *);
/* Fork the first generation. Returns 0, or -1 (reported). */
int pool_start(struct pool *);
/*
 * From now on so many are wanted. Those that are new are forked; those that are
 * wanted no more are told to drain. Returns -1 if all slots of a number that is
 * new are taken by children that still drain.
 */
int pool_resize(struct pool *, unsigned wanted);
/* Are all that are wanted ready, and do all others drain? */
bool pool_is_settled(const struct pool *);

/* What users call the child of this slot: 1 and up. */
unsigned pool_number(const struct pool *, unsigned slot);
/* Is the child of this slot replaced when it dies? */
bool pool_replaces(const struct pool *, unsigned slot);
/* From now on no child is replaced, nor killed for not being ready in time. */
void pool_stop_replacing(struct pool *);

/* Returns the slot of this process, or -1. */
int pool_slot(const struct pool *, pid_t);
/*
 * Forget the dead child of this slot and plan its replacement: at once, or
 * with a growing delay if it died while starting or just after. Returns -1
 * if it was the tenth in a row that did. Children that are not replaced do not
 * count.
 */
int pool_bury(struct pool *, unsigned slot);
/*
 * Fork the children that are due, and kill those that are not ready in time:
 * pool_bury then plans their replacement.
 */
void pool_tend(struct pool *, int64_t now_ms);
/* When to do so next, CLOCK_MONOTONIC; 0: there is nothing to do. */
int64_t pool_due_ms(const struct pool *);
/* All that are wanted. */
struct pool_range pool_all(const struct pool *);
/*
 * Are there descriptors enough for the next generation of these, beside the
 * children that live? 0, or -1 (reported).
 */
int pool_check_room(struct pool_range);
/*
 * Fork these, if wanted, in their next generation, whose slots must be free.
 * From now on older ones are not replaced. A child that cannot be forked now is
 * tried again by pool_tend.
 */
void pool_next_generation(struct pool *, struct pool_range);
/* Is the slot free that the next child of this number, from 0, would have? */
bool pool_has_next(const struct pool *, unsigned number);
/* The children that have slots which the next generation of these needs. */
unsigned pool_alive_next(const struct pool *, struct pool_range);
void pool_say_next(const struct pool *, struct pool_range, enum message_type);
void pool_kill_next(const struct pool *, struct pool_range, int number);
void pool_said_ready(struct pool *, unsigned slot);
/* The child of this slot says that it accepts no more. */
void pool_said_retired(struct pool *, unsigned slot);
/* Have all living children that are not the newest said that? */
bool pool_all_retired(const struct pool *);
/*
 * Kill the child of this slot if one of its channels has refused a message
 * (channel_receive), and hear nothing more of it.
 */
void pool_end_refused(struct pool *, unsigned slot);
/*
 * Can the newest of these serve? They can if all said that they are ready; or
 * some did, and the others were not ready in time. Those that are not wanted do
 * not count.
 */
bool pool_can_serve(const struct pool *, struct pool_range);
unsigned pool_alive(const struct pool *);
/* Send a message without a body to the child of this slot, or queue it. */
void pool_say(const struct pool *, unsigned slot, enum message_type);
/* The same to all that live. */
void pool_say_all(const struct pool *, enum message_type);
/* The same to those that are not the newest and do not drain yet. */
void pool_say_old(const struct pool *, enum message_type);
/* The same to those that said that they are ready. */
void pool_say_ready(const struct pool *, enum message_type);
/* The same to those for which no message is queued: one nudge is enough. */
void pool_nudge_all(const struct pool *, enum message_type);
/*
 * Send a message and a descriptor, or, -1, none, to all that live. It takes the
 * place of a message of its type that still waits.
 */
void pool_pass_all(const struct pool *, enum message_type, int fd);
void pool_kill_all(const struct pool *, int number);

#endif
