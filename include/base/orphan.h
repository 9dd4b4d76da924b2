/*
 * A worker whose master dies, of whatever, ends at once, and takes the port
 * with it.
 *
 * The kernel sends the signal of PR_SET_PDEATHSIG. It is not KILL: a process
 * that dies of KILL gives back its memory before its sockets, and clients are
 * still connected meanwhile, to be reset. One worker that runs ends the
 * listening for all. It is CONT, since that one wakes a stopped worker, too.
 */
#ifndef ORPHAN_H
#define ORPHAN_H

/*
 * From now on this process ends so. listener_fd: what nobody is to connect to
 * any more.
 */
void orphan_init(int listener_fd);

#endif
