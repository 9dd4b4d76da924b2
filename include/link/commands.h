/*
 * The connected commands that libssl carries out: r R k K c. What the stock
 * program does with each is a row of a table.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct command;
struct link;

/* The command that a unit of standard input is; NULL: it is none of these. */
const struct command *command_find(const char *unit, size_t size);
/*
 * Ask the peer for a new handshake; with_certificate: and for its certificate.
 * Prints the stock program's lines. Returns 1: it is asked; 0: this version of
 * TLS or the configuration has no such thing; -1: failed (reported).
 */
int command_renegotiate(struct link *, bool with_certificate);
/*
 * Carry it out on a connection whose handshake is done, and print what came of
 * it. What the peer answers is for later reads to see: nothing waits here.
 */
void command_run(const struct command *, struct link *);

#endif
