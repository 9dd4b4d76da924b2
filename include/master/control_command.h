/*
 * What the control socket is asked, carried out: by the functions that signals
 * and the console call, too.
 */
#ifndef CONTROL_COMMAND_H
#define CONTROL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct control_call;

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
