/*
 * TCP Fast Open (RFC 7413): a client that has been here before sends its first
 * bytes with its first packet.
 */
#ifndef FAST_OPEN_H
#define FAST_OPEN_H

/*
 * Say so, as the stock program does. A line tells if the system does not allow
 * it, because the kernel does not refuse the option then.
 */
void fast_open_announce(void);
/*
 * For a TCP socket that listens or will. waiting: clients at most that have
 * sent bytes, but not yet finished TCP's handshake. Returns -1 with errno if it
 * fails.
 */
int fast_open_set(int fd, int waiting);

#endif
