/*
 * The master's standard output and standard error, written without ever
 * blocking, whatever hangs behind them; see writer.h.
 *
 * Each has a queue of its own, an outlet, so that who does not read the one
 * does not hold up the other. Where both lead to the same file, pipe or
 * terminal there is one outlet for both, and the order of arrival is kept.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foundation/text.h"
#include "foundation/writer.h"
#include "master/sources.h"

struct output {
	struct writer writer[TEXT_OUTLETS];
	int fd[2]; /* standard output, standard error; ours or -1: closed */
	bool shared; /* both lead to the same place: only outlet 0 is used */
};

void output_open(struct output *);
void output_close(struct output *);

/* A text_sink (text.h); arg is the output. Writes at once what goes. */
void output_write(enum text_stream, const void *data, size_t size, void *arg);
/* What is written between these two, all to one outlet, is one block. */
void output_begin_block(struct output *, unsigned outlet);
void output_end_block(struct output *, unsigned outlet);
/* So much waits there that whoever produces it should pause. */
bool output_full(const struct output *, unsigned outlet);
/* Something waits to be read by whoever reads slowly. */
bool output_waits(const struct output *);
/* Go on until all is out or the time is over; the rest is dropped. */
void output_finish(struct output *, int timeout_ms);

/* Writes what had to wait; its self is the output. */
extern const struct source output_source;

#endif
