/*
 * The master is a table of sources. Each row is one thing that the master waits
 * for: signals, the console, its children, room in a pipe, a time. A source
 * knows no other source, nor where its descriptors stand in the set.
 *
 * One turn: every source prepares, the master waits, every source hears what
 * happened at its descriptors, every source acts. Only dispatch and act may
 * fork, change a descriptor or change the phase. Prepare and due_ms look at a
 * const source, right before the wait: so whatever was changed is waited for.
 */
#ifndef SOURCES_H
#define SOURCES_H

#include <stddef.h>
#include <stdint.h>

#include "master/pollset.h"

/* Functions that are NULL: nothing to do there. */
struct source {
	/* Add the descriptors, each with a key of the source's own. */
	void (*prepare)(const void *self, struct pollset *, int64_t now_ms);
	/* This happened at the descriptor of that key. */
	void (*dispatch)(void *self, unsigned key, short events);
	/* When act has something to do at the latest; 0: nobody knows. */
	int64_t (*due_ms)(const void *self, int64_t now_ms);
	/* Do what is due, or has become possible in this turn. */
	void (*act)(void *self, int64_t now_ms);
};

struct source_row {
	const struct source *source;
	void *self; /* not owned */
	unsigned phases; /* bits: those in which the source is there */
};

#define SOURCES_MAX 16

struct sources {
	struct source_row row[SOURCES_MAX];
	size_t count;
	unsigned phase; /* one bit: what goes on now */
	struct pollset set;
};

void sources_open(struct sources *, unsigned phase);
void sources_close(struct sources *);
/* They hear and act in the order in which they were added. */
void sources_add(
    struct sources *, const struct source *, void *self, unsigned phases);
/* From now on only the sources of this phase hear and act. */
void sources_enter(struct sources *, unsigned phase);
/* Wait until something happens or is due, and do all that follows. */
void sources_turn(struct sources *);

#endif
