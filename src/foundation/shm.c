#include "foundation/shm.h"

#include <sys/mman.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/machine.h"

#define CACHE_LINE 64

static int shm_lay_out(struct shm_part *, size_t, size_t *);
static const struct shm_part *shm_largest(const struct shm_part *, size_t);
static void shm_wipe(const struct shm *);

int
shm_map(struct shm *shm, struct shm_part *parts, size_t count)
{
	const struct shm_part *largest = shm_largest(parts, count);
	uint64_t memory;
	size_t total;

	shm->base = NULL;
	shm->size_bytes = 0;
	if (shm_lay_out(parts, count, &total) == -1) {
		log_warnx(
		    "%s: more memory than any machine has", largest->name);
		return -1;
	}
	/* If the system overcommits memory, mmap(2) alone would succeed. */
	if ((memory = machine_memory("")) < total) {
		log_warnx("%s: %zu bytes of shared memory needed, this machine "
			  "has %" PRIu64,
		    largest->name, total, memory);
		return -1;
	}
	/* Not MAP_NORESERVE: if there is too little, fail here, not in a
	 * worker. */
	shm->base = mmap(NULL, total, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shm->base == MAP_FAILED) {
		shm->base = NULL;
		log_warn("%s: cannot map %zu bytes of shared memory",
		    largest->name, total);
		return -1;
	}
	shm->size_bytes = total;
	if (madvise(shm->base, total, MADV_DONTDUMP) == -1) {
		log_warn("cannot keep shared memory out of core dumps");
		shm_unmap(shm);
		return -1;
	}
	return 0;
}

void *
shm_at(const struct shm *shm, const struct shm_part *part)
{
	return (uint8_t *)shm->base + part->offset;
}

void
shm_unmap(struct shm *shm)
{
	if (shm->base == NULL)
		return;
	shm_wipe(shm);
	munmap(shm->base, shm->size_bytes);
	shm->base = NULL;
	shm->size_bytes = 0;
}

static int
shm_lay_out(struct shm_part *parts, size_t count, size_t *total)
{
	size_t i, end = 0;

	for (i = 0; i < count; i++) {
		parts[i].offset = end;
		if (parts[i].size_bytes > SIZE_MAX / 2 - CACHE_LINE - end)
			return -1;
		end += (parts[i].size_bytes + CACHE_LINE - 1) &
		    ~(size_t)(CACHE_LINE - 1);
	}
	*total = end > 0 ? end : CACHE_LINE;
	return 0;
}

/* Returns the part to name in the error: the largest one. */
static const struct shm_part *
shm_largest(const struct shm_part *parts, size_t count)
{
	static const struct shm_part none = { .name = "nothing" };
	const struct shm_part *largest = &none;
	size_t i;

	for (i = 0; i < count; i++)
		if (parts[i].size_bytes >= largest->size_bytes)
			largest = &parts[i];
	return largest;
}

/*
 * Wipes only pages that exist: a page that was never used would be allocated
 * only to be wiped.
 */
static void
shm_wipe(const struct shm *shm)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), at, size, n;
	unsigned char *resident;
	uint8_t *base = shm->base;

	n = (shm->size_bytes + page - 1) / page;
	resident = malloc(n);
	if (resident == NULL ||
	    mincore(shm->base, shm->size_bytes, resident) == -1) {
		explicit_bzero(shm->base, shm->size_bytes);
		goto out;
	}
	while (n-- > 0) {
		at = n * page;
		size = shm->size_bytes - at;
		if ((resident[n] & 1) != 0)
			explicit_bzero(base + at, size < page ? size : page);
	}
out:
	free(resident);
}
