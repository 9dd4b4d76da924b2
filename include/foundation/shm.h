/*
 * The one shared region: a single MAP_SHARED mapping made before the first
 * fork, laid out from a list of parts, kept out of core dumps because it holds
 * session secrets.
 */
#ifndef SHM_H
#define SHM_H

#include <stddef.h>

struct shm_part {
	const char *name; /* for the error message: what to blame */
	size_t size_bytes;
	size_t offset; /* set by shm_map, cache-line aligned */
};

struct shm {
	void *base;
	size_t size_bytes;
};

/*
 * Map all parts, zero-filled. Returns 0, or -1 with the error reported (it
 * names the largest part, the size that could not be had, and what there is).
 */
int shm_map(struct shm *, struct shm_part *parts, size_t count);
void *shm_at(const struct shm *, const struct shm_part *);
/* Wipe and unmap. Only the last process that uses it may wipe. */
void shm_unmap(struct shm *);

#endif
