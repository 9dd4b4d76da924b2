/*
 * A limit for the size of files that are read whole, at the start and on HUP:
 * while the master reads a file it does nothing else. Only regular files are
 * checked; the code that reads a file reports all other errors.
 */
#ifndef FILE_LIMIT_H
#define FILE_LIMIT_H

#define FILE_LIMIT_BYTES (64 * 1024 * 1024)

/* Returns 0, or -1 if the file is too large (reported). NULL: no file, 0. */
int file_limit_check(const char *path);

#endif
