/* -label: names the connection whose handshake failed. */
#ifndef FAILURE_H
#define FAILURE_H

#include <stdbool.h>

struct connection;

/*
 * Must be called before a mode reports a failed handshake, while the error
 * queue has the reason. Does nothing without -label. With -label it prints the
 * connection's label and returns false. But in a mode that prints nothing of
 * good connections it prints one line with the reason and returns true: the
 * mode must print nothing more.
 */
bool failure_label(const struct connection *);

#endif
