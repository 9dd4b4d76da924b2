/*
 * The shared region: a single MAP_SHARED mapping that is made before the first
 * fork from a list of parts. It is left out of core dumps, because it holds the
 * secrets of sessions.
 */
#ifndef SHM_H
#define SHM_H

#include <stddef.h>

struct shm_part {
	const char *name; /* in the error message, if there is no memory */
	size_t size_bytes;
	size_t offset; /* set by shm_map, cache-line aligned */
};

struct shm {
	void *base;
	size_t size_bytes;
};

/*
 * Map all parts, filled with zeros. Returns 0, or -1 (reported, with the name
 * of the largest part, the size that could not be had, and the memory that
 * there is).
 */
int shm_map(struct shm *, struct shm_part *parts, size_t count);
void *shm_at(const struct shm *, const struct shm_part *);
/* Wipe and unmap. May be called only by the last process that uses it. */
void shm_unmap(struct shm *);

#endif
