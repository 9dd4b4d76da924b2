#include "base/page_store.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foundation/log.h"
#include "foundation/monotime.h"

/* A file that is younger may change again without another time. */
#define PAGE_REST_US (50 * 1000)

struct page {
	char *path; /* owned; NULL: none is kept here */
	struct stat st;
	void *data; /* owned: st.st_size bytes */
};

struct page_store {
	struct page page[PAGE_STORE_FILES];
};

static size_t page_place(const char *);
static bool page_is_same(const struct stat *, const struct stat *);
static bool page_is_at_rest(const struct stat *);
static void *page_read(int, const struct stat *);
static int64_t page_time_us(const struct timespec *);

struct page_store *
page_store_new(void)
{
	struct page_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		fatalx("out of memory");
	return store;
}

const void *
page_store_find(
    const struct page_store *store, const char *path, const struct stat *st)
{
	const struct page *page;

	if (store == NULL)
		return NULL;
	page = &store->page[page_place(path)];
	if (page->path == NULL || !page_is_same(&page->st, st) ||
	    strcmp(page->path, path) != 0)
		return NULL;
	return page->data;
}

const void *
page_store_read(
    struct page_store *store, const char *path, int fd, const struct stat *st)
{
	struct page *page;
	void *data;
	char *name;

	if (store == NULL || !S_ISREG(st->st_mode) ||
	    st->st_size > PAGE_STORE_FILE_MAX || !page_is_at_rest(st) ||
	    (data = page_read(fd, st)) == NULL)
		return NULL;
	if ((name = strdup(path)) == NULL)
		fatalx("out of memory");
	page = &store->page[page_place(path)];
	free(page->path);
	free(page->data);
	*page = (struct page){ .path = name, .st = *st, .data = data };
	return data;
}

/* FNV-1a */
static size_t
page_place(const char *path)
{
	uint32_t hash = 2166136261;

	for (; *path != '\0'; path++)
		hash = (hash ^ (uint8_t)*path) * 16777619;
	return hash % PAGE_STORE_FILES;
}

static bool
page_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	    a->st_size == b->st_size && a->st_mode == b->st_mode &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	    a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	    a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool
page_is_at_rest(const struct stat *st)
{
	int64_t before_us = walltime_us() - PAGE_REST_US;

	return page_time_us(&st->st_mtim) < before_us &&
	    page_time_us(&st->st_ctim) < before_us;
}

/* Returns owned bytes, or NULL if they are not those of the stat. */
static void *
page_read(int fd, const struct stat *st)
{
	size_t size = (size_t)st->st_size;
	void *data = malloc(size + 1);
	struct stat after;

	if (data == NULL)
		fatalx("out of memory");
	/* One byte more, to see the end. */
	if (pread(fd, data, size + 1, 0) == (ssize_t)size &&
	    fstat(fd, &after) == 0 && page_is_same(st, &after))
		return data;
	free(data);
	return NULL;
}

static int64_t
page_time_us(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_nsec / 1000;
}
