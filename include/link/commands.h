/*
 * The connected commands that libssl carries out: r R k K c. A table has a row
 * for each, with what the stock program does.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct command;
struct link;

/* Returns the command that a unit of standard input is, or NULL. */
const struct command *command_find(const char *unit, size_t size);
/*
 * Ask the peer for a new handshake, and for its certificate if with_certificate
 * is true. Prints the stock program's lines. Returns 1 after asking, 0 if the
 * version of TLS or the configuration does not allow that, and -1 if it failed
 * (reported).
 */
int command_renegotiate(struct link *, bool with_certificate);
/*
 * Carry out the command and print the result. May be called only if the
 * handshake is done. Does not wait: later reads get what the peer answers.
 */
void command_run(const struct command *, struct link *);

#endif
