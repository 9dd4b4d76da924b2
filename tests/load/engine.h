/*
 * Keeps as many connections going as were asked for, until all jobs are done
 * or the time is over.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdint.h>

struct client_world;

/*
 * What came of it is in world->report, and took so long without the warm-up.
 * -1: it could not start; reported.
 */
int engine_run(struct client_world *, int64_t *took_us);

#endif
