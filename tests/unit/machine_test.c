/* The size of the memory, read from trees of files that the tests make. */
#include <sys/stat.h>

#include <ftw.h>

#include "foundation/machine.h"
#include "unit.h"

static char root[] = "/tmp/machine_test.XXXXXX";

/* Makes a file below root, and the folders above the file. */
static void
put(const char *path, const char *text)
{
	char name[256], *slash;
	FILE *out;

	snprintf(name, sizeof(name), "%s%s", root, path);
	for (slash = strchr(name + strlen(root) + 1, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(name, 0755);
		*slash = '/';
	}
	CHECK((out = fopen(name, "w")) != NULL);
	CHECK(fputs(text, out) >= 0);
	CHECK(fclose(out) == 0);
}

static uint64_t
physical(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) *
	    (uint64_t)sysconf(_SC_PAGESIZE);
}

static void
test_no_groups(void)
{
	CHECK(machine_memory(root) == physical());
}

static void
test_version_2(void)
{
	put("/proc/self/cgroup", "0::/a/b\n");
	put("/sys/fs/cgroup/a/b/memory.max", "max\n");
	CHECK(machine_memory(root) == physical());
	put("/sys/fs/cgroup/a/b/memory.max", "2000000\n");
	CHECK(machine_memory(root) == 2000000);
	put("/sys/fs/cgroup/a/memory.max", "1000000\n");
	CHECK(machine_memory(root) == 1000000);
	/* The path of the group is outside this container. */
	put("/proc/self/cgroup", "0::/elsewhere/c\n");
	CHECK(machine_memory(root) == physical());
	put("/sys/fs/cgroup/memory.max", "3000000\n");
	CHECK(machine_memory(root) == 3000000);
}

static void
test_version_1(void)
{
	put("/proc/self/cgroup",
	    "9:name=systemd:/\n4:memory:/x\n3:cpuset:/\n0::/\n");
	put("/sys/fs/cgroup/memory.max", "max\n");
	put("/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "4000000\n");
	CHECK(machine_memory(root) == 4000000);
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes",
	    "9223372036854771712\n");
	CHECK(machine_memory(root) == 4000000);
}

static void
test_nonsense(void)
{
	put("/proc/self/cgroup", "\n:\nmemory\n4:memory\n0::\n");
	put("/sys/fs/cgroup/memory.max", "many\n");
	CHECK(machine_memory(root) == physical());
}

static int
forget(const char *path, const struct stat *status, int kind, struct FTW *at)
{
	(void)status;
	(void)kind;
	(void)at;
	return remove(path);
}

int
main(void)
{
	CHECK(mkdtemp(root) != NULL);
	UNIT_RUN(test_no_groups);
	UNIT_RUN(test_version_2);
	UNIT_RUN(test_version_1);
	UNIT_RUN(test_nonsense);
	CHECK(nftw(root, forget, 8, FTW_DEPTH | FTW_PHYS) == 0);
	return unit_end();
}
