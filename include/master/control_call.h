/*
 * A command of the control socket that is being carried out, and its answer.
 */
#ifndef CONTROL_CALL_H
#define CONTROL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "master/control_line.h"

struct master;
struct textbuf;

/* So often is looked at what tells nobody that it has changed. */
#define CONTROL_LOOK_MS 20

struct control_call {
	struct master *master;
	struct textbuf *answer;
	struct control_order order;
	uint64_t round; /* of the census */
	unsigned reload; /* its number */
	bool begun; /* the unit is sent, or the workers are asked for */
	uint64_t taken; /* units that the connection had taken before */
	int64_t look_ms; /* when to see whether it is done; 0: in each turn */
	int64_t deadline_ms;
};

/* A part of a command. Returns true if the command is done and answered. */
typedef bool control_work(struct control_call *, int64_t now_ms);

/* End the answer. These return true. */
bool control_ok(struct control_call *);
bool control_error(struct control_call *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The same if the server is ending, so that nothing begins; or return false. */
bool control_refuse_at_end(struct control_call *);

#endif
