/*
 * The master rotates the ticket keys when it is time.
 */
#ifndef TICKET_ROTATION_H
#define TICKET_ROTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "master/sources.h"

struct config;
struct randomness;
struct ticket_keys;

/* The keys were rotated. */
typedef void ticket_rotation_hear(void *arg);

struct ticket_rotation {
	struct ticket_keys *keys;
	const struct randomness *randomness; /* of new keys */
	unsigned period_s;
	unsigned lifetime_s; /* of a ticket */
	bool from_files; /* the keys */
	int64_t due_ms; /* monotime_ms of the next one; 0: never */
	ticket_rotation_hear *hear; /* NULL: nobody */
	void *hear_arg;
};

/*
 * Are there keys enough for rotations as often as this? Returns 0, or -1
 * (reported).
 */
int ticket_rotation_check(const struct config *);
void ticket_rotation_init(struct ticket_rotation *, const struct config *,
    struct ticket_keys *, const struct randomness *);
void ticket_rotation_hear_by(
    struct ticket_rotation *, ticket_rotation_hear *, void *);
/*
 * Rotate if it is time. Several rotations that were missed are done as one. If
 * a rotation fails, that is reported, and the next one comes when it is due.
 */
void ticket_rotation_run(struct ticket_rotation *);

/*
 * Rotate now. Keys from files are for their owner to rotate. If keys were made
 * so fast that the oldest one still opens good tickets, it is lost. Returns 0,
 * or -1 (reported).
 */
int ticket_rotation_force(struct ticket_rotation *);

/* Its self is the rotation. */
extern const struct source ticket_rotation_source;

#endif
