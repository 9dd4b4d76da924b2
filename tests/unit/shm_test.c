/* The one shared region. */
#include "foundation/shm.h"
#include "unit.h"

static void
write_there(void *arg)
{
	memcpy(arg, "from the child", sizeof("from the child"));
}

static void
test_parts(void)
{
	struct shm_part parts[] = {
		{ .name = "first", .size_bytes = 1 },
		{ .name = "none", .size_bytes = 0 },
		{ .name = "second", .size_bytes = 100000 },
	};
	struct shm shm;
	uint8_t *second;
	size_t i;

	CHECK(shm_map(&shm, parts, 3) == 0);
	for (i = 0; i < 3; i++)
		CHECK(parts[i].offset % 64 == 0);
	CHECK(parts[1].offset >= parts[0].offset + parts[0].size_bytes);
	second = shm_at(&shm, &parts[2]);
	CHECK(second + 100000 <= (uint8_t *)shm.base + shm.size_bytes);
	for (i = 0; i < 100000; i++)
		CHECK(second[i] == 0);
	CHECK(unit_reap(unit_fork(write_there, second)));
	CHECK(strcmp((char *)second, "from the child") == 0);
	shm_unmap(&shm);
	CHECK(shm.base == NULL && shm.size_bytes == 0);
	shm_unmap(&shm);
}

static void
test_too_large(void)
{
	struct shm_part parts[] = {
		{ .name = "small", .size_bytes = 1 },
		{ .name = "large", .size_bytes = SIZE_MAX },
		{ .name = "larger", .size_bytes = SIZE_MAX },
	};
	struct shm shm;

	CHECK(shm_map(&shm, parts, 3) == -1);
	parts[1].size_bytes = parts[2].size_bytes = SIZE_MAX / 4;
	CHECK(shm_map(&shm, parts, 3) == -1);
	CHECK(shm.base == NULL);
	shm_unmap(&shm);
}

/* A core file of a worker must not contain the sessions of all clients. */
static void
test_not_in_core_dumps(void)
{
	struct shm_part part = { .name = "all", .size_bytes = 1 << 20 };
	struct shm shm;
	char line[256], range[64];
	bool found = false, flags = false;
	FILE *maps;

	CHECK(shm_map(&shm, &part, 1) == 0);
	snprintf(range, sizeof(range), "%" PRIxPTR "-", (uintptr_t)shm.base);
	CHECK((maps = fopen("/proc/self/smaps", "r")) != NULL);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (strncmp(line, range, strlen(range)) == 0)
			found = true;
		if (found && strncmp(line, "VmFlags:", 8) == 0) {
			flags = strstr(line, " dd") != NULL;
			break;
		}
	}
	fclose(maps);
	CHECK(found && flags);
	shm_unmap(&shm);
}

int
main(void)
{
	UNIT_RUN(test_parts);
	UNIT_RUN(test_too_large);
	UNIT_RUN(test_not_in_core_dumps);
	return unit_end();
}
