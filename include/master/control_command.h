/*
 * What the control socket is asked, carried out: by the functions that signals
 * and the console call, too.
 */
#ifndef CONTROL_COMMAND_H
#define CONTROL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "master/control_line.h"

struct master;
struct textbuf;

/* So often a condition is looked at. */
#define CONTROL_LOOK_MS 20
/* So long workers that are too many may take to accept no more. */
#define CONTROL_LEAVE_MS 500
/* Bytes of what "connections" lists. */
#define CONTROL_LIST_MAX (16 * 1024 * 1024)

/* A command that is being carried out. */
struct control_call {
	struct master *master;
	struct textbuf *answer;
	struct control_order order;
	uint64_t round; /* of the census */
	unsigned reload; /* its number */
	bool sent; /* it has begun: the unit of SEND or LETTER is sent, */
	uint64_t taken; /* when the connection had taken so many */
	int64_t look_ms; /* when to see whether it is done; 0: in each turn */
	int64_t deadline_ms; /* of WAIT, and of WORKERS that leave */
};

/*
 * Begin what this line asks. master, answer: those of the call. Returns true if
 * that is done and answered. If not, control_command_go_on is to be called in
 * each turn; the line must stay as long.
 */
bool
control_command_begin(struct control_call *, const char *line, size_t size);
bool control_command_go_on(struct control_call *, int64_t now_ms);
/* When to do that at the latest; 0: in any turn that there is. */
int64_t control_command_due_ms(const struct control_call *, int64_t now_ms);
/* The server ends: answer now. */
void control_command_end(struct control_call *);

#endif
