/*
 * Standard input as the stock program treats it: read only while a connection
 * is open, one read is one unit, and a unit goes to the console connection,
 * the oldest open one. On a terminal S and Q act while idle too, and in modes
 * that read no standard input they and its end are all that is looked for.
 *
 * With -console it is the newest one, or all of them are console connections.
 * Then the next unit is read when each has the last one. Who does not take it
 * in CONSOLE_PATIENCE_MS is left out of what follows, until it has; if nobody
 * takes it all is waited for.
 *
 * The console knows which connections are open and what the next unit
 * means; the master carries it out.
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
	bool left_out; /* and was so for too long */
};
RB_HEAD(console_tree, console_connection);

enum console_action {
	CONSOLE_NOTHING,
	CONSOLE_SEND, /* the unit, to the console connection */
	CONSOLE_STATS, /* print the table; then the unit is data as well */
	CONSOLE_QUIT, /* end of file or Q */
	CONSOLE_HANGUP, /* the terminal is gone */
};

struct console {
	bool enabled; /* standard input is read, and it has no end yet */
	bool orders_only; /* no connection wants any of it */
	bool commands; /* not with -quiet and -brief: all is data */
	bool is_terminal;
	bool outlives_terminal; /* as under nohup(1) */
	bool can_hang_up; /* there is a terminal whose end ends us */
	bool crlf;
	bool ignore_eof;
	enum console_choice choice;
	unsigned open; /* connections */
	unsigned busy; /* of them, those that are waited for */
	unsigned left_out; /* and those that are not */
	int64_t patience_ms; /* when all others wait no longer; 0: never */
	int64_t retry_ms; /* not readable before (background of a terminal) */
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
 * The console connections that are to have the unit in hand: the first one, or
 * NULL, and the one after it.
 */
struct console_connection *console_first(struct console *);
struct console_connection *
console_next(struct console *, struct console_connection *);
/* This one is a console connection. */
bool console_is_for(struct console *, uint64_t id);

/* What to poll for; fd -1: nothing is wanted from standard input now. */
struct pollfd console_pollfd(const struct console *, int64_t now_ms);
/* When that changes without anybody's doing; 0: never. */
int64_t console_due_ms(const struct console *, int64_t now_ms);
/* Standard input is readable, or a unit was waiting for a connection. */
enum console_action console_readable(struct console *, short revents);
/* The terminal that the program was started from is gone. */
bool console_hung_up(const struct console *);
/* The unit in hand goes to this one: wait until its peer has it. */
void console_send(struct console *, struct console_connection *);
/* It went to all who are to have it. */
void console_sent(struct console *);
/* The unit is with the peer of this connection, or lost with it. */
void console_unit_done(struct console *, uint64_t id);

#endif
