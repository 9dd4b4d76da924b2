/*
 * Memory for the many small blocks of one thread: the thread that calls
 * slab_open(), also in its process after a fork. Blocks of about one size lie
 * together in slabs. So blocks that live for a moment leave no holes between
 * those that stay, and an empty slab goes back to the kernel.
 *
 * malloc(3) serves blocks that are larger than SLAB_BLOCK_MAX, other threads,
 * and all blocks if slab_open() was not called or failed. Any thread may free
 * any block by slab_free().
 */
#ifndef SLAB_H
#define SLAB_H

#include <stdbool.h>
#include <stddef.h>

#define SLAB_BLOCK_MAX (32 * 1024)

/* May be called only once. Returns false if malloc(3) has to serve all. */
bool slab_open(void);
/* Returns a block aligned for any type, or NULL: no memory, or size is 0. */
void *slab_alloc(size_t size);
/* As realloc(3). Size 0 frees the block. */
void *slab_realloc(void *, size_t size);
void slab_free(void *);
/* Returns true if there are empty slabs. */
bool slab_has_spare(void);
/*
 * Give the slabs back to the kernel that were empty all the time since the last
 * call. So slabs that fill and empty faster than that cost no system calls.
 */
void slab_trim(void);

#endif
