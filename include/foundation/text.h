/*
 * All that the program prints, by kind. At the start text is written straight
 * to the descriptors. Later the queue of the master or the text channel of a
 * worker takes it (text_set_sink), so that a module that prints need not know
 * in which process it runs.
 *
 * Errors are not reported here, for it may be standard error that has them.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum text_stream {
	/*
	 * Whole lines, amid what other connections say: with -label a worker
	 * puts the connection's number before each.
	 */
	TEXT_OUT, /* standard output: what -quiet silences */
	TEXT_ERR, /* standard error */
	TEXT_MESSAGES, /* standard output: -msg and -trace, never silenced */
	/* A block that stays together, and begins with its own label. */
	TEXT_BLOCK_OUT, /* standard output: what -quiet silences */
	TEXT_BLOCK_ERR, /* standard error */
	/* What clients send: bytes as they came. */
	TEXT_DATA, /* standard output, never silenced */
};

/* The ways out of the program: standard output, standard error. */
#define TEXT_OUTLETS 2

typedef void
text_sink(enum text_stream, const void *data, size_t size, void *arg);

/*
 * Look where standard output and standard error lead, once and for all. Text
 * for the null device need not be made.
 */
void text_open(void);
/* Give all text to this function; NULL: write it to the descriptors again. */
void text_set_sink(text_sink *, void *arg);
/* Give all text to this function instead of the sink, until NULL is set. */
void text_divert(text_sink *, void *arg);
/* With -quiet: TEXT_OUT goes nowhere. */
void text_silence_out(bool);
bool text_is_error(enum text_stream); /* goes to standard error */
bool text_is_lines(enum text_stream); /* with -label each line has a number */
/* Returns false if nobody would see the text, so that none need be made. */
bool text_is_heard(enum text_stream);

void text_write(enum text_stream, const void *data, size_t size);
void text_printf(enum text_stream, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Returns the errno for which standard output lacks something that was written
 * straight to it, or 0. A reader that has gone wanted no more.
 */
int text_lost(void);
void text_vprintf(enum text_stream, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0)));

#endif
