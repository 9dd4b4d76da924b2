/*
 * The connected commands that libssl carries out: r R k K c. What the stock
 * program does with each is a row of a table.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stddef.h>

struct command;
struct connection;

/* The command that a unit of standard input is; NULL: it is none of these. */
const struct command *command_find(const char *unit, size_t size);
/*
 * Carry it out on a connection whose handshake is done, and print what came of
 * it. What the peer answers is for later reads to see: nothing waits here.
 */
void command_run(const struct command *, struct connection *);

#endif
