/*
 * Keeps as many connections going as were asked for, until all jobs are done
 * or the time is over.
 */
#ifndef ENGINE_H
#define ENGINE_H

struct client_world;

/* What came of it is in world->report. -1: it could not start; reported. */
int engine_run(struct client_world *);

#endif
