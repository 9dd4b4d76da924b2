/*
 * The master's child processes: a table of slots, each forked to run one
 * function, connected by channels for control and for text, and replaced when
 * it dies. Knows nothing of what the function does.
 *
 * The slots are those of several generations: the newest one is replaced when
 * it dies, of the older ones whoever is left finishes. Children of one number
 * stand in the slots of that number in each generation.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "foundation/channel.h"

/* How many generations may live at once. */
#define PROCESS_GENERATIONS 4
/* The master's, of each child. */
#define PROCESS_DESCRIPTORS (1 + TEXT_OUTLETS)
/* So long may a child take to be ready. */
#define PROCESS_READY_MS 10000
/* Deaths "at once" in a row after which it makes no sense to go on. */
#define PROCESS_DEATHS_MAX 10

/* What a child runs, with its ends of the channels; it must not return. */
typedef void
process_main(void *arg, unsigned slot, const struct channel_ends *);

struct process {
	pid_t pid; /* 0: none */
	struct channel control;
	struct channel text[TEXT_OUTLETS];
	bool ready; /* said so */
	bool late; /* one in this slot was not ready in time */
	bool retired; /* said that it takes on nothing new */
	int64_t started_ms, ready_ms; /* CLOCK_MONOTONIC */
	int64_t respawn_ms; /* when to fork again; 0: not planned */
	int64_t ready_by_ms; /* killed then; 0: ready, or killed already */
};

struct process_table {
	struct process *slot;
	enum message_party party; /* what the children are */
	unsigned slots; /* of all generations */
	unsigned children; /* of one generation */
	unsigned generation; /* the newest one */
	process_main *run;
	void *arg;
	unsigned deaths_at_once; /* in a row */
	int *kept_fd; /* sorted; owned */
	size_t kept_count;
};

/* Slots for all generations of so many children. 0, or -1 (reported). */
int process_table_open(struct process_table *, enum message_party,
    unsigned children, process_main *, void *arg);
void process_table_close(struct process_table *);
/*
 * A descriptor that children keep open; all others are closed in them. -1:
 * there is none.
 */
void process_keep_fd(struct process_table *, int fd);

/* What users call the child of this slot: 1 and up. */
unsigned process_number(const struct process_table *, unsigned slot);
bool process_is_newest(const struct process_table *, unsigned slot);

/* Fork the child of this slot. Returns 0, or -1 (reported). */
int process_spawn(struct process_table *, unsigned slot);
/*
 * Reap one dead child, of whatever table. Returns its process ID with the
 * status set, or -1: none. The channels stay open so that what it said last can
 * still be read.
 */
pid_t process_reap(int *status);
/* Whose this process is, or -1. */
int process_slot(const struct process_table *, pid_t);
/*
 * Forget the dead child of this slot and plan its replacement: at once, or
 * with a growing delay if it died while starting or just after. Returns -1
 * when it was the tenth in a row that did. Who is not replaced does not count.
 */
int process_bury(struct process_table *, unsigned slot, bool respawn);
/*
 * Fork what is due, and kill whoever is not ready in time: it is replaced when
 * it is buried.
 */
void process_tend(struct process_table *, int64_t now_ms);
/* When to do so next, CLOCK_MONOTONIC; 0: there is nothing to do. */
int64_t process_due_ms(const struct process_table *);
/*
 * Are there descriptors enough for another generation beside those that live?
 * 0, or -1 (reported).
 */
int process_check_room(const struct process_table *);
/*
 * Fork all children of the next generation, whose slots must be free; nobody
 * of an older one is replaced from now on. What cannot be forked now is tried
 * again by process_tend.
 */
void process_next_generation(struct process_table *);
void process_said_ready(struct process_table *, unsigned slot);
/*
 * Kill the child of this slot if one of its channels has refused a message: it
 * is not what it should be. True: its end is on its way, and nothing more is
 * to be heard of it.
 */
bool process_end_refused(struct process_table *, unsigned slot);
/*
 * The newest generation can serve: all of it said that it is ready, or somebody
 * did, and the others had their time.
 */
bool process_can_serve(const struct process_table *);
unsigned process_alive(const struct process_table *);
unsigned process_alive_in(const struct process_table *, unsigned generation);
/* Tell those who are alive; what they cannot take now waits. */
void process_say_in(
    const struct process_table *, unsigned generation, enum message_type);
void process_say_all(const struct process_table *, enum message_type);
/* Tell those who said that they are ready. */
void process_say_ready(const struct process_table *, enum message_type);
/* Tell those who have read all that they were told; others see later. */
void process_nudge_all(const struct process_table *, enum message_type);
void
process_kill_in(const struct process_table *, unsigned generation, int number);
void process_kill_all(const struct process_table *, int number);

#endif
