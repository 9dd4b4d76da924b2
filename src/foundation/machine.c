#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "foundation/machine.h"

/* A longer line or path is ignored: then less is known of the limits. */
#define LINE_MAX_BYTES (PATH_MAX + 64)

static uint64_t machine_group(const char *, char *);
static uint64_t machine_limit(const char *, const char *, char *);
static uint64_t machine_number(const char *);

/* In each hierarchy the limits of its group and of all above it hold. */
uint64_t
machine_memory(const char *root)
{
	uint64_t least = UINT64_MAX, limit;
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	char path[PATH_MAX], line[LINE_MAX_BYTES];
	FILE *groups;

	if (pages > 0 && page > 0)
		least = (uint64_t)pages * (uint64_t)page;
	snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	if ((groups = fopen(path, "re")) == NULL)
		return least;
	while (fgets(line, sizeof(line), groups) != NULL) {
		limit = machine_group(root, line);
		if (limit < least)
			least = limit;
	}
	fclose(groups);
	return least;
}

/* The line is "4:memory:/path" (version 1) or "0::/path" (version 2). */
static uint64_t
machine_group(const char *root, char *line)
{
	char folder[PATH_MAX], *controllers, *path;

	line[strcspn(line, "\n")] = '\0';
	strsep(&line, ":");
	controllers = strsep(&line, ":");
	if ((path = line) == NULL)
		return UINT64_MAX;
	if (*controllers == '\0') {
		snprintf(folder, sizeof(folder), "%s/sys/fs/cgroup", root);
		return machine_limit(folder, "memory.max", path);
	}
	if (strcmp(controllers, "memory") != 0)
		return UINT64_MAX;
	snprintf(folder, sizeof(folder), "%s/sys/fs/cgroup/memory", root);
	return machine_limit(folder, "memory.limit_in_bytes", path);
}

/*
 * In a container the path may be that of the host: folders that are not there
 * are skipped, and the top is the container's own. Changes path.
 */
static uint64_t
machine_limit(const char *folder, const char *name, char *path)
{
	uint64_t least = UINT64_MAX, limit;
	char file[2 * PATH_MAX], *end;

	for (;;) {
		snprintf(file, sizeof(file), "%s%s/%s", folder, path, name);
		limit = machine_number(file);
		if (limit < least)
			least = limit;
		if ((end = strrchr(path, '/')) == NULL)
			return least;
		*end = '\0';
	}
}

/* If the file holds "max" or does not exist, there is no limit. */
static uint64_t
machine_number(const char *file)
{
	uintmax_t number = UINT64_MAX;
	char line[64], *end;
	FILE *in = fopen(file, "re");

	if (in == NULL)
		return UINT64_MAX;
	if (fgets(line, sizeof(line), in) != NULL) {
		number = strtoumax(line, &end, 10);
		if (end == line)
			number = UINT64_MAX;
	}
	fclose(in);
	return number;
}
