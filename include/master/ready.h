/*
 * How users are told that every worker is ready: the ACCEPT line, -ready_fd and
 * -ready_file.
 */
#ifndef READY_H
#define READY_H

struct config;
struct listener;

/*
 * Check that -ready_fd and -ready_file can be written. To be called before any
 * file is opened, which could get the number of -ready_fd. Returns 0, or -1
 * (reported).
 */
int ready_check(const struct config *);
/* Returns 0, or -1 (reported). */
int ready_announce(const struct config *, const struct listener *);

#endif
