/*
 * Prints a connection in a few lines on standard error, for the modes that
 * answer clients by themselves: -rev and -echo.
 */
#ifndef BRIEF_H
#define BRIEF_H

#include "connection/connection.h"

void brief_established(struct connection *);
/* Handler functions (connection.h). */
void brief_failed(struct connection *);
void brief_ended(struct connection *, enum connection_end);

#endif
