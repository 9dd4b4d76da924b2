/*
 * A listening socket that a service manager has opened and keeps: is it what
 * the options ask for?
 */
#ifndef HANDED_IN_H
#define HANDED_IN_H

#include <stdbool.h>

struct config;

/*
 * Check that the descriptor is a socket of the kind and with the address that
 * the options name. Sets *family, as in AF_INET. Returns 0, or -1 with one line
 * that says what was expected and what came.
 */
int handed_in_check(int fd, const struct config *, int *family);

#endif
