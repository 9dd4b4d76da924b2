/*
 * Memory for the many small blocks of one thread: that which calls slab_open(),
 * and its process after a fork. Blocks of about one size lie together in slabs,
 * so that what lives for a moment leaves no holes between what stays, and an
 * empty slab goes back to the kernel.
 *
 * malloc(3) serves what is larger than SLAB_BLOCK_MAX, other threads, and all
 * if there is no slab_open() or it fails. Whoever has a block, also another
 * thread, gives it back by slab_free().
 */
#ifndef SLAB_H
#define SLAB_H

#include <stdbool.h>
#include <stddef.h>

#define SLAB_BLOCK_MAX (32 * 1024)

/* Once. False: malloc(3) serves all. */
bool slab_open(void);
/* Aligned for everything. NULL: out of memory, or no size. */
void *slab_alloc(size_t size);
/* As realloc(3); to no size, frees. */
void *slab_realloc(void *, size_t size);
void slab_free(void *);
/* There is memory that no block is in. */
bool slab_has_spare(void);
/*
 * Give back to the kernel what was spare all the time since the last call. So
 * what comes and goes faster than that costs no system calls.
 */
void slab_trim(void);

#endif
