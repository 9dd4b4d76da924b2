/*
 * The memory of libcrypto, and of code that allocates with its functions.
 */
#ifndef CRYPTO_MEMORY_H
#define CRYPTO_MEMORY_H

/*
 * Have libcrypto allocate from slabs (slab.h). Has an effect only before any
 * other function of libcrypto is called. Does nothing in a build for
 * sanitizers, and with S_SERVER_MALLOC in the environment: sanitizers and
 * valgrind(1) must see each block of malloc(3).
 */
void crypto_memory_install(void);

#endif
