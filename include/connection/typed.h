/*
 * What the console wants of a connection: units of standard input, one at a
 * time. A unit is text for the peer or a command.
 */
#ifndef TYPED_H
#define TYPED_H

#include <stdbool.h>
#include <stddef.h>

struct command;
struct connection;

/* A unit of standard input that the peer does not have yet. */
enum typed_unit {
	UNIT_NONE,
	UNIT_QUEUED, /* done once it is flushed */
	UNIT_DROVE, /* it drove the handshake: done once the peer has spoken */
	UNIT_COMMAND, /* done once the command is carried out */
};

struct typed {
	enum typed_unit unit;
	const struct command *command; /* to be carried out; NULL: none */
	bool met; /* the master knows that the connection is open */
};

/* Returns true if the mode has a console: see config_uses_console. */
bool typed_is_possible(const struct connection *);
/*
 * From now on the connection can be the console connection: tell the master. If
 * input waits at the console, it comes before the handshake goes on.
 */
void typed_meet(struct connection *);
/* The master has no input for the connection: go on with the handshake. */
void typed_release(struct connection *);
/* Take one read of standard input. quit: the server ends with it. */
void typed_take(struct connection *, const void *data, size_t size, bool quit);
/* The unit is done: the master may send the next. */
void typed_done(struct connection *);
/* The connection is over for the console. */
void typed_end(struct connection *);
/* Carry out the command that waits. */
void typed_run_command(struct connection *);

#endif
