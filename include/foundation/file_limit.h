/*
 * Files that are read whole, at the start and on HUP, must be of a sane size:
 * the master hears nobody while it reads. Only regular files are looked at; of
 * what is no file or cannot be looked at, its reader has to tell.
 */
#ifndef FILE_LIMIT_H
#define FILE_LIMIT_H

#define FILE_LIMIT_BYTES (64 * 1024 * 1024)

/* Returns 0, or -1: it is too large (reported). NULL: there is no file. */
int file_limit_check(const char *path);

#endif
