/*
 * What ps(1) shows of a process.
 */
#ifndef PROCTITLE_H
#define PROCTITLE_H

/*
 * Move the arguments to another place, so that there is room for a title. Must
 * be called first in main.
 */
void proctitle_init(int argc, char *argv[], char *envp[]);
/* Set the title: "s_server: " and what printf(3) would print. */
void proctitle_set(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
