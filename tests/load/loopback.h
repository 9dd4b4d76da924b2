/*
 * Where the small servers of tests and benches listen.
 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

/*
 * On a port of 127.0.0.1 that the kernel chooses, printed as "ACCEPT
 * 127.0.0.1:PORT", as s_server does. Whoever is accepted inherits that small
 * writes do not wait for each other. Ends the program if it cannot.
 */
int loopback_listen(int backlog);

#endif
