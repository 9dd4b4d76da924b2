/*
 * The master's standard output and standard error: one queue for both, in
 * the order of arrival, that never blocks, whatever hangs behind them.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "text.h"

struct output_chunk;
TAILQ_HEAD(output_queue, output_chunk);

struct output {
	int fd[2]; /* standard output, standard error; ours or -1: gone */
	bool is_socket[2];
	bool polite[2]; /* could not be made non-blocking: see output.c */
	struct output_queue queue;
	size_t queued_bytes;
};

void output_open(struct output *);
void output_close(struct output *);

/* A text_sink (text.h); arg is the output. Writes at once what goes. */
void output_write(enum text_stream, const void *data, size_t size, void *arg);
/* So much waits that whoever produces it should pause. */
bool output_full(const struct output *);
/* Something waits to be written. */
bool output_waits(const struct output *);
/* What to poll for, fd -1 if nothing waits. */
struct pollfd output_pollfd(const struct output *);
void output_flush(struct output *);
/* Go on until all is out or the time is over; the rest is dropped. */
void output_finish(struct output *, int timeout_ms);

#endif
