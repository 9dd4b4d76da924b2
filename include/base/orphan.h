/*
 * A worker ends at once when its master dies, for whatever reason, and stops
 * listening on the port.
 *
 * The kernel sends the signal of PR_SET_PDEATHSIG. This is not KILL: a process
 * that dies of KILL frees its memory before its sockets, and until then clients
 * could still connect, only to be reset. It is CONT, because CONT wakes a
 * stopped worker, too. One worker that runs is enough: it ends the listening
 * for all.
 */
#ifndef ORPHAN_H
#define ORPHAN_H

#include <stdbool.h>

/*
 * From now on this process ends with its master. Nobody can connect to
 * listener_fd then, unless the socket was handed in: then it is only closed.
 */
void orphan_init(int listener_fd, bool handed_in);

#endif
