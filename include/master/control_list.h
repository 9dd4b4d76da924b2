/*
 * The connections that are open, for people and programs that ask.
 */
#ifndef CONTROL_LIST_H
#define CONTROL_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct master;
struct textbuf;

/*
 * Append a line of JSON about each connection that is open. Returns how many
 * there are in the text, which ends when it has so many bytes; then it is not
 * whole.
 */
unsigned
control_list(const struct master *, struct textbuf *, size_t max, bool *whole);

#endif
