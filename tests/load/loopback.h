/*
 * Sockets on 127.0.0.1 for the small servers and clients of tests and benches.
 * Each function ends the program if it fails.
 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

/*
 * Returns a socket that listens on a port of 127.0.0.1 which the kernel
 * chooses, and prints "ACCEPT 127.0.0.1:PORT", as s_server does. Accepted
 * sockets inherit TCP_NODELAY.
 */
int loopback_listen(int backlog);

#define LOOPBACK_AS_USUAL (-1)
/* receive_size: bytes of the receive buffer; 0: the smallest possible. */
int loopback_connect(const char *port, int receive_size);

#endif
