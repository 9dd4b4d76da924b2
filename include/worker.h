/*
 * A worker process, from the fork to the exit.
 */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>

struct channel_ends;
struct config;
struct file_tail;
struct shared;
struct store_access;
struct tickets;
struct tls_context;

/* What the master made before the fork. */
struct worker_setup {
	const struct config *config;
	struct tls_context *tls; /* the newest; owned by main */
	struct shared *shared;
	struct tickets *tickets;
	int listener_fd;
	const char *address; /* where it listens, for the title */
	bool one_outlet; /* standard output and error are the same */
	const struct file_tail *log; /* of -log; NULL: none */
	struct store_access *store; /* of -session_store */
};

/*
 * Serve until the master says that it is time to end, then exit. setup: a
 * struct worker_setup. This is a process_main (process.h).
 */
_Noreturn void
worker_run(void *setup, unsigned slot, const struct channel_ends *);

#endif
