/*
 * The fetcher as the master sees it: a pool of one process beside the workers,
 * replaced as they are, that outlives all of them.
 */
#ifndef HELPER_H
#define HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "master/process.h"
#include "master/relay.h"

struct pollset;

struct helper {
	bool wanted;
	struct process_table table;
	struct relay relay;
	struct output *output;
	size_t control_place, text_place; /* in the master's pollset */
	unsigned char body[MESSAGE_BODY_MAX];
};

/*
 * Start it, with this descriptor of ours (-1: none); run NULL: none is wanted.
 * Returns 0, or -1 (reported).
 */
int helper_open(
    struct helper *, process_main *run, void *arg, int fd, struct output *);
/* End it, and wait for its end. */
void helper_close(struct helper *);

/* What it says is to be waited for. */
void helper_prepare(struct helper *, struct pollset *);
/* True: it has something new for the workers. */
bool helper_dispatch(struct helper *, const struct pollset *);
/* There is something new for it. */
void helper_nudge(struct helper *);
/* As process_tend and process_due_ms. */
void helper_tend(struct helper *, int64_t now_ms);
int64_t helper_due_ms(const struct helper *);
/*
 * A process was reaped. Returns 0: it is not ours; 1: it was; -1: it was,
 * and it makes no sense to go on.
 */
int helper_reaped(struct helper *, pid_t, int status, bool expected);

#endif
