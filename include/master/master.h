/*
 * The master: starts the workers, replaces those that die, owns the terminal,
 * reports, and ends everything in order. It never touches a TLS connection.
 */
#ifndef MASTER_H
#define MASTER_H

#include "master/process.h"
#include "master/reload.h"

struct config;
struct listener;
struct output;
struct randomness;
struct shared;

/* What main made before, and what it alone knows how to do. */
struct master_setup {
	const struct config *config;
	struct output *output; /* text.h's sink */
	struct listener *listener;
	struct shared *shared;
	const struct randomness *randomness; /* of new ticket keys */
	process_main *run; /* what a worker executes */
	reload_prepare *prepare; /* on HUP */
	void *arg; /* of both */
	process_main *fetcher; /* what the fetcher executes; NULL: none */
	void *fetcher_arg;
	/* Workers write to these themselves; -1: there is none. */
	int keylog_fd, messages_fd;
	void (*close_logs)(void); /* when the workers are gone */
};

/*
 * Serve until the end; returns the exit status, or does not return when the
 * program ends by a signal.
 */
int master_run(const struct master_setup *);

#endif
