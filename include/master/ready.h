/*
 * Telling the world that every worker is ready: the ACCEPT line, -ready_fd and
 * -ready_file.
 */
#ifndef READY_H
#define READY_H

struct config;
struct listener;

/*
 * Could it be told? Before anything is opened that could have the number of
 * -ready_fd. Returns 0, or -1 (reported).
 */
int ready_check(const struct config *);
/* Returns 0, or -1 (reported). */
int ready_announce(const struct config *, const struct listener *);

#endif
