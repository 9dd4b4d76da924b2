/*
 * The master's child processes: a table of slots, each forked to run one
 * function, connected by two channels, and replaced when it dies. Knows nothing
 * of what the function does.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "channel.h"

/* Deaths "at once" in a row after which it makes no sense to go on. */
#define PROCESS_DEATHS_MAX 10

/*
 * What a child runs, with its ends of the two channels; it must not return.
 */
typedef void
process_main(void *arg, unsigned slot, int control_fd, int text_fd);

struct process {
	pid_t pid; /* 0: none */
	struct channel control;
	struct channel text;
	bool ready; /* said so */
	int64_t started_ms, ready_ms; /* CLOCK_MONOTONIC */
	int64_t respawn_ms; /* when to fork again; 0: not planned */
};

struct process_table {
	struct process *slot;
	unsigned slots;
	process_main *run;
	void *arg;
	unsigned deaths_at_once; /* in a row */
};

/* Returns 0, or -1 (reported). */
int process_table_open(
    struct process_table *, unsigned slots, process_main *, void *arg);
void process_table_close(struct process_table *);
/* A descriptor that children keep open; all others are closed in them. */
void process_keep_fd(int fd);

/* Fork the child of this slot. Returns 0, or -1 (reported). */
int process_spawn(struct process_table *, unsigned slot);
/*
 * Reap one dead child. Returns its slot with pid and status set, or -1: none.
 * The channels stay open so that what it said last can still be read.
 */
int process_reap(struct process_table *, pid_t *, int *status);
/*
 * Forget the dead child of this slot and plan its replacement: at once, or
 * with a growing delay if it died while starting or just after. Returns -1
 * when it was the tenth in a row that did.
 */
int process_bury(struct process_table *, unsigned slot, bool respawn);
/* Fork what is due. Returns milliseconds until the next is, or -1: none. */
int process_respawn(struct process_table *);
void process_said_ready(struct process_table *, unsigned slot);
unsigned process_alive(const struct process_table *);
void process_kill_all(struct process_table *, int number);

#endif
