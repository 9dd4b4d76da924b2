/*
 * The fetcher: one process beside the workers that carries out their requests
 * to HTTP servers (fetch_board.h), so that no worker ever waits. It starts a
 * child process for each request. The child looks up names, connects and reads,
 * and is killed when its time is over: a resolver that hangs cannot be
 * interrupted in any other way. Bytes of a server that harm their parser harm
 * only this child.
 */
#ifndef FETCHER_H
#define FETCHER_H

struct channel_ends;
struct config;
struct fetch_board;

struct fetcher_setup {
	const struct config *config;
	struct fetch_board *board;
	const char *address; /* where the server listens, for the title */
};

/* A process_main (process.h); the argument is a struct fetcher_setup. */
_Noreturn void
fetcher_run(void *setup, unsigned slot, const struct channel_ends *);

#endif
