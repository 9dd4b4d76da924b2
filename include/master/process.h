/*
 * One child process of the master: forked to run one function, and connected
 * by channels for control and for text. It knows nothing of what the function
 * does; pool.h decides when a child is forked.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "foundation/channel.h"

/* The master's, of each child. */
#define PROCESS_DESCRIPTORS (1 + TEXT_OUTLETS)

/* What a child runs, with its ends of the channels; it must not return. */
typedef void
process_main(void *arg, unsigned slot, const struct channel_ends *);

/* What children of one kind have in common. */
struct process_plan {
	enum message_party party;
	process_main *run;
	void *arg;
	/* Stay open in a child beside its channels; sorted, owned. */
	int *kept_fd;
	size_t kept_count;
};

struct process {
	pid_t pid; /* 0: none */
	struct channel control;
	struct channel text[TEXT_OUTLETS];
	bool ready; /* said so */
	bool late; /* the last one in this slot was not ready in time */
	bool retired; /* said that it accepts no more */
	int64_t started_ms, ready_ms; /* CLOCK_MONOTONIC */
	int64_t respawn_ms; /* when to fork again; 0: not planned */
	int64_t ready_by_ms; /* killed then; 0: ready, or killed already */
};

/*
 * A descriptor that children keep open; all others are closed in them. -1:
 * there is none.
 */
void process_keep_fd(struct process_plan *, int fd);
void process_plan_close(struct process_plan *);

/* No process, and no channels. */
void process_init(struct process *);
/* Fork the child of this slot. Returns 0, or -1 (reported, with the name). */
int process_start(struct process *, const struct process_plan *, unsigned slot,
    const char *name);
void process_close_channels(struct process *);
/* Has one of its channels refused a message (channel_receive)? */
bool process_is_refused(const struct process *);

#endif
