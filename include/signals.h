/*
 * Signals as readable events: the master's loop reads them from a descriptor
 * and acts there, so no handler ever runs.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

/*
 * Block what the master wants to know of and return a non-blocking descriptor
 * that tells; ignore PIPE, TTIN, TTOU and XFSZ. -1: reported.
 */
int signals_open(void);
/* The next signal's number, or 0: none waits. */
int signals_next(int fd);
/*
 * In a worker: unblock everything and ignore what a terminal or timeout(1)
 * sends to the whole process group; a worker obeys its channel only.
 */
void signals_in_worker(void);
/* End this process by that signal, as if it had never been caught. */
_Noreturn void signals_die(int number);

#endif
