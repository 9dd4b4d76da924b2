/*
 * The master from the inside: what its files see of it.
 *
 *	master.c		its life: start, loop, end; the table of sources
 *	master_state.c		its states
 *	master_children.c	what kinds of children there are; their deaths
 *	master_messages.c	what children say
 *	master_console.c	what is typed
 *	master_signals.c	signals
 *	master_notify.c		what a service manager is told
 *	control_command.c	what is asked at the socket of -control
 *	master_records.c	connections that a dead worker has left
 *	master_log.c		what -log says of the server itself
 *
 * Its states. A state that is further down is never left for one above it:
 *
 *	STARTING	no worker accepts yet
 *	  |   \
 *	  |    \	(1) every worker is ready, or had its time
 *	  |	v
 *	  |   RUNNING	(only now: the listener's watch, reloads)
 *	  |	|
 *	  v	v	(2) QUIT, or -naccept is used up
 *	DRAINING	no new connections; what is open finishes
 *	  |
 *	  v		(3) Q or the end of standard input, a second QUIT;
 *	QUITTING	    from each state above
 *	  |
 *	  v		(4) INT, TERM, the terminal hangs up, ten deaths in a
 *	ABORTING	    row, the world cannot be told; from each state above
 *
 * Only these change the state, all by master_enter:
 *
 *	(1) master.c, when a turn acts
 *	(2) master_signals.c, control_command.c; master_messages.c, or
 *	    master_children.c where the worker that used up the quota is dead
 *	(3) master_console.c, master_signals.c, control_command.c
 *	(4) by master_end_by: master_signals.c, master_console.c,
 *	    master_children.c, master_state.c
 */
#ifndef MASTER_STATE_H
#define MASTER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "master/accept_watch.h"
#include "master/census.h"
#include "master/children.h"
#include "master/console.h"
#include "master/control.h"
#include "master/master.h"
#include "master/notify.h"
#include "master/progress.h"
#include "master/reload.h"
#include "master/report.h"
#include "master/sources.h"
#include "master/ticket_rotation.h"
#include "shared/connection_board.h"

/* In the order in which they can follow each other. */
enum master_state {
	MASTER_STARTING,
	MASTER_RUNNING,
	MASTER_DRAINING,
	MASTER_QUITTING, /* every connection is being ended */
	MASTER_ABORTING, /* workers exit or are killed */
};

/* A set of states has one bit for each. */
#define MASTER_IN(state) (1U << (state))

struct master {
	const struct config *config;
	struct listener *listener;
	struct pid_file *pid_file;
	struct shared *shared;
	struct printer *printer;
	struct record_file *log; /* of -log */
	int64_t log_begun_us; /* its first line was written; 0: not yet */
	const char *library; /* the TLS library, with its version */
	void (*close_logs)(void);
	enum master_state state; /* changed by master_enter only */
	struct sources sources;
	struct children children[MASTER_CHILDREN];
	struct pool *workers, *fetcher; /* of these children */
	struct console console;
	struct census census; /* of the workers */
	struct report report;
	struct reload reload;
	struct ticket_rotation rotation;
	struct accept_watch watch;
	struct notify notify;
	struct control control;
	struct progress progress;
	int signal_fd;
	int ended_by; /* signal; 0: none */
	int status; /* exit status */
	bool summed_up; /* the final table is printed */
	int64_t kill_ms; /* when workers that are left are killed; 0: never */
};

/* A child that has ended. */
struct master_death {
	unsigned slot;
	pid_t pid;
	int status; /* as of waitpid(2) */
	uint64_t connections_lost; /* of a worker */
};

/*
 * The one place where the state changes. A change that is not legal does
 * nothing: whoever asks for less than what goes on already is late.
 */
void master_enter(struct master *, enum master_state);
/* End everything at once, by this signal or, 0, with the exit status 1. */
void master_end_by(struct master *, int number);

/* master_children.c: fork them. Returns 0, or -1 (reported). */
int master_open_children(struct master *, const struct master_setup *);
/* Bury those that are dead. */
void master_reap_children(struct master *);
void master_close_children(struct master *);

/* master_messages.c */
void master_hear(
    void *master, struct children *, unsigned slot, const struct message *);

/*
 * master_console.c: send this unit as if it had been typed for the connection.
 * Returns false if the last one is still on its way.
 */
bool master_type(struct master *, struct console_connection *, const char *unit,
    size_t size);

/*
 * master_signals.c: what HUP does. Returns the number of the reload
 * (reload_result), or 0 if nothing is reloaded any more.
 */
unsigned master_reload(struct master *);

/* master_notify.c */
void master_notify_ready(struct master *);
void master_notify_reload(void *arg, enum reload_news);
/* The state that the end begins with. */
void master_notify_stopping(struct master *, enum master_state);

/*
 * master_records.c. The process of the slot is dead: make the cards of its
 * connections agree with the counters. Then write the records that are missing,
 * and give the cards up. end: of connections that were open.
 */
void master_repair_cards(struct master *, unsigned slot);
void master_record_missing(struct master *, unsigned slot, enum card_end end);

/*
 * master_log.c. The first one opens the file of -log anew, in all workers, too.
 * Returns 0, or -1 (reported): then all write to the old one.
 */
int master_reopen_log(struct master *);
/* Write a line, if there is -log. */
void master_log_start(struct master *);
void master_log_end(struct master *);
void master_log_reload(struct master *, enum reload_news);
void master_log_rotation(void *arg);
void master_log_death(struct master *, const struct master_death *);

/* Sources; the self of each is the master. */
extern const struct source master_console_source;
extern const struct source master_signals_source;

#endif
