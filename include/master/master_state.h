/*
 * The master from the inside: what master.c (its life), master_time.c (what
 * is due) and master_events.c (what happens to it) see of it.
 */
#ifndef MASTER_STATE_H
#define MASTER_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "master/accept_watch.h"
#include "master/console.h"
#include "master/helper.h"
#include "master/pollset.h"
#include "master/process.h"
#include "master/relay.h"
#include "master/reload.h"
#include "master/report.h"
#include "master/ticket_rotation.h"

struct config;
struct listener;
struct output;
struct shared;

/* In the order in which they can follow each other. */
enum master_state {
	MASTER_STARTING, /* no worker accepts yet: see master_enter */
	MASTER_RUNNING,
	MASTER_DRAINING, /* no new connections; what is open finishes */
	MASTER_QUITTING, /* every connection is being ended */
	MASTER_ABORTING, /* workers exit or are killed */
};

/* Of a worker's channels, in the pollset. */
struct master_places {
	size_t control;
	size_t text[TEXT_OUTLETS];
};

struct master {
	const struct config *config;
	struct listener *listener;
	struct shared *shared;
	enum master_state state;
	void (*close_logs)(void);
	struct process_table table;
	struct helper helper;
	struct output *output;
	struct console console;
	struct report report;
	struct reload reload;
	struct relay relay;
	struct pollset pollset;
	/* Where in the pollset they are. */
	size_t signal_place, console_place, report_place, listener_place;
	size_t output_place[TEXT_OUTLETS];
	struct master_places *worker_places; /* by slot; owned */
	int signal_fd;
	int ended_by; /* signal; 0: none */
	int status; /* exit status */
	bool summed_up; /* the final table is printed */
	struct ticket_rotation rotation;
	struct accept_watch watch;
	int64_t kill_ms; /* when workers that are left are killed; 0: never */
	unsigned char body[MESSAGE_BODY_MAX];
};

/*
 * The one place where the state changes. A change that is not legal does
 * nothing: whoever asks for less than what goes on already is late.
 */
void master_enter(struct master *, enum master_state);
/* End everything at once, by this signal or, 0, with the exit status 1. */
void master_end_by(struct master *, int number);

/*
 * master_time.c. All that is due by now is done; it may fork and change the
 * state.
 */
void master_act(struct master *, int64_t now_ms);
/* When something is due next; 0: never. Changes nothing. */
int64_t master_due_ms(const struct master *, int64_t now_ms);

/*
 * master_events.c. What can happen is put into the pollset. Nothing that
 * changes a descriptor may come between this and the wait: it would not be
 * heard.
 */
void master_prepare(struct master *, int64_t now_ms);
/* What happened is acted on. */
void master_dispatch(struct master *);
/* Something is typed, or what was typed can go on its way. */
void master_console(struct master *, short events);

#endif
