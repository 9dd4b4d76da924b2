/*
 * Signals as readable events: the master's loop reads them from a descriptor
 * and acts there, so no handler ever runs.
 *
 * What the caller ignores stays ignored. That holds for INT and TERM, whoever
 * sends them. QUIT, HUP and USR1 have a meaning of our own, which the caller
 * did not think of: he keeps off the terminal's, and kill(2) is obeyed.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/* Before anything is written: a write that fails says so itself. */
void signals_ignore_of_writing(void);
/*
 * Block what the master wants to know of and return a non-blocking descriptor
 * that tells; ignore TTIN and TTOU. -1: reported.
 */
int signals_open(void);
/* The number of the next signal to obey, or 0: none waits. */
int signals_next(int fd);
/* In the master: the caller ignored this one when it started us. */
bool signals_is_ignored(int number);
/*
 * In a worker: unblock everything and ignore what a terminal or timeout(1)
 * sends to the whole process group; a worker obeys its channel only.
 */
void signals_in_worker(void);
/* End this process by that signal, as if it had never been caught. */
_Noreturn void signals_die(int number);

#endif
