/*
 * Everything the program says, by kind. Before the processes are set
 * up text goes straight to the descriptors; later the master's queue or a
 * worker's text channel takes it (text_set_sink), so that a module that has
 * something to say need not know in which process it runs.
 *
 * No error is reported: a program that cannot speak cannot complain either.
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

/* NULL restores the direct one. */
void text_set_sink(text_sink *, void *arg);
/*
 * For a while all goes there instead, whatever the sink; NULL ends it.
 */
void text_divert(text_sink *, void *arg);
/* With -quiet: TEXT_OUT goes nowhere. */
void text_silence_out(bool);
bool text_is_error(enum text_stream); /* it goes to standard error */
bool text_is_lines(enum text_stream); /* each takes a number */
/* False: what is written there goes nowhere, so it need not be made. */
bool text_is_heard(enum text_stream);

void text_write(enum text_stream, const void *data, size_t size);
void text_printf(enum text_stream, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void text_vprintf(enum text_stream, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0)));

#endif
