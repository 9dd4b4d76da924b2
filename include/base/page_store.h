/*
 * Small files that a worker has served, kept in memory, so that the next client
 * costs one stat(2). A file is kept only if it has not changed for a while when
 * it is read, because its times are no finer than the kernel's clock; and it is
 * used only as long as stat(2) says the same. What a program writes through a
 * mapping of the file may be seen late.
 */
#ifndef PAGE_STORE_H
#define PAGE_STORE_H

#include <sys/stat.h>

/* Larger files are not kept. */
#define PAGE_STORE_FILE_MAX (64 * 1024)
/* So many files are kept; paths that meet share a place. */
#define PAGE_STORE_FILES 64

/* Where one is asked, NULL knows and keeps nothing. */
struct page_store;

/* Never returns NULL. Nothing is freed before the worker ends. */
struct page_store *page_store_new(void);
/* Returns the file's bytes, until a page is read; NULL: they are not known. */
const void *page_store_find(
    const struct page_store *, const char *path, const struct stat *);
/*
 * Read the file and keep it, if it is small and at rest. Returns its bytes, as
 * page_store_find, or NULL. The descriptor stays at its beginning.
 */
const void *page_store_read(
    struct page_store *, const char *path, int fd, const struct stat *);

#endif
