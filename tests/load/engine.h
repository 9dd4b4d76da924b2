/*
 * Keeps the required number of connections going until all jobs are done or the
 * time is over.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdint.h>

struct client_world;

/*
 * Writes the results to world->report. Returns the time that this took, without
 * the warm-up, or -1 (reported) if it could not start.
 */
int engine_run(struct client_world *, int64_t *took_us);

#endif
