/*
 * Where the small servers of tests and benches listen, and small clients
 * connect to. Each function ends the program if it cannot.
 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

/*
 * On a port of 127.0.0.1 that the kernel chooses, printed as "ACCEPT
 * 127.0.0.1:PORT", as s_server does. Whoever is accepted inherits that small
 * writes do not wait for each other.
 */
int loopback_listen(int backlog);

#define LOOPBACK_AS_USUAL (-1)
/* With a buffer of so many bytes for what comes; 0: the least there is. */
int loopback_connect(const char *port, int receive_size);

#endif
