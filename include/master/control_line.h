/*
 * What the lines mean that the control socket takes, as words alone: nothing is
 * carried out here.
 */
#ifndef CONTROL_LINE_H
#define CONTROL_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "master/control_condition.h"

struct textbuf;

#define CONTROL_LINE_MAX   1024 /* bytes, without the newline */
#define CONTROL_WAIT_S	   60 /* by default */
#define CONTROL_WAIT_MAX_S 1000000

enum control_verb {
	CONTROL_STATS,
	CONTROL_WAIT,
	CONTROL_CONNECTIONS,
	CONTROL_CLOSE,
	CONTROL_SEND,
	CONTROL_LETTER,
	CONTROL_RELOAD,
	CONTROL_REOPEN,
	CONTROL_ROTATE,
	CONTROL_FLUSH,
	CONTROL_WORKERS,
	CONTROL_RESTART,
	CONTROL_DRAIN,
	CONTROL_QUIT,
	CONTROL_HELP,
	CONTROL_VERBS
};

/* Commands of the console that are for one connection. */
#define CONTROL_LETTERS "BKPRckqr"

struct control_order {
	enum control_verb verb;
	uint64_t number; /* NUMBER or CONNECTION */
	const char *text; /* TEXT, or the letter; not owned */
	size_t text_size;
	struct control_condition condition; /* EXPRESSION */
	uint64_t seconds; /* SECONDS */
};

/*
 * Read a line without its newline; the order points into it. Returns 0, or -1
 * with an error appended, which is one line without its newline.
 */
int control_line_read(
    struct control_order *, const char *line, size_t size, struct textbuf *);
/* Append a line about each command. */
void control_line_help(struct textbuf *);

#endif
