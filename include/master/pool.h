/*
 * The children of one kind: a table of slots, each with one process that is
 * replaced when it dies. Knows nothing of what the children do.
 *
 * The slots are those of several generations: the newest one is replaced when
 * it dies, of the older ones whoever is left finishes. Children of one number
 * stand in the slots of that number in each generation.
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
	bool replacing; /* who dies is replaced */
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
/* Nobody is replaced any more, nor must be ready by a time. */
void pool_stop_replacing(struct pool *);

/* Whose this process is, or -1. */
int pool_slot(const struct pool *, pid_t);
/*
 * Forget the dead child of this slot and plan its replacement: at once, or
 * with a growing delay if it died while starting or just after. Returns -1
 * when it was the tenth in a row that did. Who is not replaced does not count.
 */
int pool_bury(struct pool *, unsigned slot);
/*
 * Fork what is due, and kill whoever is not ready in time: it is replaced when
 * it is buried.
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
 * Fork all children of the next generation, whose slots must be free; nobody
 * of an older one is replaced from now on. What cannot be forked now is tried
 * again by pool_tend.
 */
void pool_next_generation(struct pool *);
void pool_said_ready(struct pool *, unsigned slot);
/* It takes on nothing new. */
void pool_said_retired(struct pool *, unsigned slot);
/* All that live of older generations than the newest have said that. */
bool pool_all_retired(const struct pool *);
/*
 * Kill the child of this slot if one of its channels has refused a message: it
 * is not what it should be. Nothing more is heard of it.
 */
void pool_end_refused(struct pool *, unsigned slot);
/*
 * The newest generation can serve: all of it said that it is ready, or somebody
 * did, and the others had their time.
 */
bool pool_can_serve(const struct pool *);
unsigned pool_alive(const struct pool *);
unsigned pool_alive_in(const struct pool *, unsigned generation);
/* Tell the child of this slot; what it cannot take now waits. */
void pool_say(const struct pool *, unsigned slot, enum message_type);
/* Tell those who are alive. */
void pool_say_in(const struct pool *, unsigned generation, enum message_type);
void pool_say_all(const struct pool *, enum message_type);
/* Tell those who said that they are ready. */
void pool_say_ready(const struct pool *, enum message_type);
/* Tell those who have read all that they were told; others see later. */
void pool_nudge_all(const struct pool *, enum message_type);
void pool_kill_in(const struct pool *, unsigned generation, int number);
void pool_kill_all(const struct pool *, int number);

#endif
