/*
 * Where libcrypto, and all who allocate by it, get their memory.
 */
#ifndef CRYPTO_MEMORY_H
#define CRYPTO_MEMORY_H

/*
 * From slabs (slab.h); before anything else of libcrypto is called, or it has
 * no effect. Not in a build for sanitizers, nor with S_SERVER_MALLOC in the
 * environment, for valgrind(1) and its like: they see each block of malloc(3).
 */
void crypto_memory_install(void);

#endif
