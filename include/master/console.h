/*
 * The console reads standard input as the stock program does: only while a
 * connection is open; what one read returns is one unit; a unit goes to the
 * console connection, which is the oldest open one. On a terminal the commands
 * S and Q act while no connection is open, too. In modes that read no standard
 * input only these commands and the end of standard input count.
 *
 * -console newest makes the newest connection the console connection, and
 * -console all makes all of them console connections. Then the next unit is
 * read when all have taken the last one. A connection that does not take a unit
 * within CONSOLE_PATIENCE_MS is left out: the others go on without it until it
 * has taken that unit. While all connections are left out, nothing is read.
 *
 * The console knows which connections are open and what a unit means; the
 * master acts on it (master_console.c).
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/tree.h>

#include "config/config.h"

struct shared_board;

#define CONSOLE_PATIENCE_MS 1000
#define CONSOLE_UNIT_MAX                                    \
	(16 * 1024) /* what the stock program reads at once \
		     */

struct console_connection {
	RB_ENTRY(console_connection) entry;
	uint64_t id;
	unsigned slot; /* its worker */
	bool busy; /* a unit is on its way to its peer */
	bool left_out; /* its unit was on its way for too long */
	uint64_t taken; /* units that its peer has, or that had no effect */
};
RB_HEAD(console_tree, console_connection);

enum console_action {
	CONSOLE_NOTHING,
	CONSOLE_SEND, /* send the unit to the console connections */
	CONSOLE_STATS, /* print the table, and then send the unit */
	CONSOLE_QUIT, /* end of file or Q */
	CONSOLE_HANGUP, /* the terminal is gone */
};

struct console {
	bool enabled; /* standard input is read, and has not ended yet */
	bool orders_only; /* the mode sends no unit to connections */
	bool commands; /* not with -quiet and -brief: all is data */
	bool is_terminal;
	bool outlives_terminal; /* as under nohup(1) */
	bool can_hang_up; /* the end of our terminal ends the server */
	bool crlf;
	bool ignore_eof;
	enum console_choice choice;
	unsigned open; /* connections */
	unsigned busy; /* of these, those that are waited for */
	unsigned left_out; /* of these, those that are left out */
	int64_t patience_ms; /* when busy ones are left out; 0: never */
	int64_t retry_ms; /* in the background of a terminal: read then */
	char unit[CONSOLE_UNIT_MAX];
	size_t unit_size; /* 0: none read */
	struct console_tree connections; /* open ones, oldest first */
	struct shared_board *board;
};

void
console_open(struct console *, const struct config *, struct shared_board *);
void console_close(struct console *);

void console_connected(struct console *, unsigned slot, uint64_t id);
void console_disconnected(struct console *, uint64_t id);
void console_worker_died(struct console *, unsigned slot);
/*
 * Return the first of the console connections that are to get the unit in hand,
 * and the one after this one; NULL: there is none.
 */
struct console_connection *console_first(struct console *);
struct console_connection *
console_next(struct console *, struct console_connection *);
/* Returns the connection of this number, or NULL if it is not open. */
struct console_connection *console_find(struct console *, uint64_t id);
/* Is this one a console connection? */
bool console_is_for(struct console *, uint64_t id);

/* Returns what to poll for; fd -1: standard input is not to be read now. */
struct pollfd console_pollfd(const struct console *, int64_t now_ms);
/* Returns when console_pollfd changes as time goes on; 0: never. */
int64_t console_due_ms(const struct console *, int64_t now_ms);
/*
 * Read standard input if revents says that it is readable, and say what is to
 * be done with the unit in hand. May be called with revents 0.
 */
enum console_action console_readable(struct console *, short revents);
/* Is the terminal that the program was started from gone? */
bool console_hung_up(const struct console *);
/* A unit was sent to this one: it is busy until its peer has it. */
void console_send(struct console *, struct console_connection *);
/* The unit in hand was sent to all that are to get it. */
void console_sent(struct console *);
/* This connection's peer has the unit, or the connection is gone. */
void console_unit_done(struct console *, uint64_t id);

#endif
