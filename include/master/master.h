/*
 * The master: starts the workers, replaces those that die, owns the terminal,
 * reports, and ends everything in order. It never touches a TLS connection.
 */
#ifndef MASTER_H
#define MASTER_H

#include "master/process.h"
#include "master/reload.h"

struct config;
struct control_socket;
struct listener;
struct pid_file;
struct printer;
struct randomness;
struct record_file;
struct shared;

/* The kinds of children. */
enum master_child { MASTER_WORKER, MASTER_FETCHER, MASTER_CHILDREN };

struct master_child_setup {
	unsigned count; /* of one generation, at most; 0: there is none */
	unsigned wanted; /* at the start */
	process_main *run;
	void *arg;
};

/* What main made before, and what it alone knows how to do. */
struct master_setup {
	const struct config *config;
	struct printer *printer; /* text.h's sink */
	struct listener *listener;
	struct pid_file *pid_file;
	struct control_socket *control;
	struct shared *shared;
	struct record_file *log; /* of -log */
	const char *library; /* the TLS library, with its version */
	const struct randomness *randomness; /* of new ticket keys */
	struct master_child_setup child[MASTER_CHILDREN];
	reload_prepare *prepare; /* on HUP, for the workers to come */
	void *prepare_arg;
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
