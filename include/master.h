/*
 * The master: starts the workers, replaces those that die, owns the terminal,
 * reports, and ends everything in order. It never touches a TLS connection.
 */
#ifndef MASTER_H
#define MASTER_H

#include "process.h"

struct config;
struct listener;
struct output;
struct shared;

/*
 * Serve until the end; returns the exit status, or does not return when the
 * program ends by a signal. output is text.h's sink; run and arg are what a
 * worker executes.
 */
int master_run(const struct config *, struct output *, struct listener *,
    struct shared *, process_main *run, void *arg);

#endif
