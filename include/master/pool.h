/*
 * The children of one kind: a table of slots, each with one process that is
 * replaced when it dies. Knows nothing of what the children do.
 *
 * There are slots for several generations. Children of the newest generation
 * are replaced when they die; those of older generations finish their work and
 * are not replaced. A child of number N has the Nth slot of its generation.
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
	unsigned children; /* of one generation; 0: none are wanted */
	unsigned generations;
	unsigned generation; /* the newest one */
	bool replacing; /* a child of the newest that dies is replaced */
	unsigned deaths_at_once; /* in a row */
	struct process_plan plan;
};

/*
 * Slots for so many generations of so many children. Returns 0, or -1
 * (reported).
 */
int pool_open(struct pool *, const struct process_plan *, unsigned children,
    unsigned generations);
/* End the children that are left, and wait for their end. */
void pool_close(struct pool *);
/* Fork the first generation. Returns 0, or -1 (reported). */
int pool_start(struct pool *);

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
/*
 * Are there descriptors enough for another generation beside those that live?
 * 0, or -1 (reported).
 */
int pool_check_room(const struct pool *);
/*
 * Fork all children of the next generation, whose slots must be free. From now
 * on no child of an older one is replaced. A child that cannot be forked now is
 * tried again by pool_tend.
 */
void pool_next_generation(struct pool *);
void pool_said_ready(struct pool *, unsigned slot);
/* The child of this slot says that it accepts no more. */
void pool_said_retired(struct pool *, unsigned slot);
/* Have all living children of older generations said that? */
bool pool_all_retired(const struct pool *);
/*
 * Kill the child of this slot if one of its channels has refused a message
 * (channel_receive), and hear nothing more of it.
 */
void pool_end_refused(struct pool *, unsigned slot);
/*
 * Can the newest generation serve? It can if all its children said that they
 * are ready; or some did, and the others were not ready in time.
 */
bool pool_can_serve(const struct pool *);
unsigned pool_alive(const struct pool *);
unsigned pool_alive_in(const struct pool *, unsigned generation);
/* Send a message without a body to the child of this slot, or queue it. */
void pool_say(const struct pool *, unsigned slot, enum message_type);
/* The same to all that live, of one generation or of all. */
void pool_say_in(const struct pool *, unsigned generation, enum message_type);
void pool_say_all(const struct pool *, enum message_type);
/* The same to those that said that they are ready. */
void pool_say_ready(const struct pool *, enum message_type);
/* The same to those for which no message is queued: one nudge is enough. */
void pool_nudge_all(const struct pool *, enum message_type);
/*
 * Send a message and a descriptor, or, -1, none, to all that live. It takes the
 * place of a message of its type that still waits.
 */
void pool_pass_all(const struct pool *, enum message_type, int fd);
void pool_kill_in(const struct pool *, unsigned generation, int number);
void pool_kill_all(const struct pool *, int number);

#endif
