/*
 * The master's standard output and standard error, written without ever
 * blocking, whatever hangs behind them.
 *
 * Each has a queue of its own, an outlet, so that who does not read the one
 * does not hold up the other. Where both lead to the same file, pipe or
 * terminal there is one outlet for both, and the order of arrival is kept.
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
	bool shared; /* both lead to the same place: only outlet 0 is used */
	struct output_queue queue[TEXT_OUTLETS];
	size_t queued_bytes[TEXT_OUTLETS];
};

void output_open(struct output *);
void output_close(struct output *);

/* A text_sink (text.h); arg is the output. Writes at once what goes. */
void output_write(enum text_stream, const void *data, size_t size, void *arg);
/* So much waits there that whoever produces it should pause. */
bool output_full(const struct output *, unsigned outlet);
/* Something waits to be written. */
bool output_waits(const struct output *);
/* What to poll for, fd -1 if nothing waits there. */
struct pollfd output_pollfd(const struct output *, unsigned outlet);
void output_flush(struct output *);
/* Go on until all is out or the time is over; the rest is dropped. */
void output_finish(struct output *, int timeout_ms);

#endif
