/*
 * Preloaded into a server, this gives each forked process much memory, which
 * the kernel needs some time to free when the process dies.
 */
#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#define HEAVY_BYTES (256UL * 1024 * 1024)

/* Small pages, so that there are many of them. */
static void
heavy_child(void)
{
	void *memory = mmap(NULL, HEAVY_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return;
	madvise(memory, HEAVY_BYTES, MADV_NOHUGEPAGE);
	memset(memory, 1, HEAVY_BYTES);
}

__attribute__((constructor)) static void
heavy_begin(void)
{
	pthread_atfork(NULL, NULL, heavy_child);
}
