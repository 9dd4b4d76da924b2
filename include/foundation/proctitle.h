/*
 * What ps(1) shows of a process.
 */
#ifndef PROCTITLE_H
#define PROCTITLE_H

/* First of all in main: the arguments are moved out of the way. */
void proctitle_init(int argc, char *argv[], char *envp[]);
/* "s_server: " and this, as printf(3). */
void proctitle_set(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
