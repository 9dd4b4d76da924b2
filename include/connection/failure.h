/*
 * -label: which connection a failed handshake was.
 */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdbool.h>

struct connection;

/*
 * Before a mode tells of a failed handshake; the error queue still has the
 * reason. Without -label nothing happens. With it the connection's label goes
 * first; or, in a mode that says nothing of good connections, one line tells
 * all, and true is returned: the mode has nothing to add.
 */
bool failure_label(const struct connection *);

#endif
