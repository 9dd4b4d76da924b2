/*
 * The other end of the control socket: -ctl.
 */
#ifndef CONTROL_ASK_H
#define CONTROL_ASK_H

/*
 * Send one command, given as words, to the server at this path, and print its
 * answer. Returns the exit status: 0 for ok, 1 for an error, also one that is
 * reported here, and 2 for a condition that is none.
 */
int control_ask(const char *path, int count, char *const words[]);

#endif
