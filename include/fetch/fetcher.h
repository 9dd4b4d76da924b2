/*
 * The fetcher: one process beside the workers that asks HTTP servers for what
 * the workers want (fetch_board.h), so that none of them ever waits. Each
 * request has a process of its own, which looks up names, connects and reads
 * as slowly as the server likes, and is killed when its time is over: a
 * resolver that hangs cannot be interrupted in any other way, and what a
 * server sends is parsed where nothing but the one request can be hurt.
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
