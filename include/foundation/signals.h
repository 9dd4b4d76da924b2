/*
 * Signals as readable events: the master's loop reads them from a descriptor,
 * so no signal handler ever runs.
 *
 * The process that starts us may ignore signals. INT and TERM then stay
 * ignored, whether the kernel or a process sends them. QUIT, HUP and USR1 have
 * a meaning of our own: they stay ignored if the terminal sends them, but not
 * if a process does, by kill(2).
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/*
 * Ignore the signals of writes that fail; write(2) then returns an error. Must
 * be called before anything is written.
 */
void signals_ignore_of_writing(void);
/*
 * Block the signals that the master obeys, and ignore TTIN and TTOU. Returns a
 * non-blocking descriptor that is readable when a signal waits, or -1
 * (reported).
 */
int signals_open(void);
/* Returns the number of the next signal to obey, or 0 if none waits. */
int signals_next(int fd);
/* Returns true if the process that started the master ignored the signal. */
bool signals_is_ignored(int number);
/*
 * Called in a worker: unblock all signals and ignore those that a terminal or
 * timeout(1) sends to the whole process group. A worker obeys only its channel.
 */
void signals_in_worker(void);
/* End this process by that signal, as if it had never been blocked. */
_Noreturn void signals_die(int number);

#endif
