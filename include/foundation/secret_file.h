/*
 * Files with keys that others must not read.
 */
#ifndef SECRET_FILE_H
#define SECRET_FILE_H

#include <sys/stat.h>

/*
 * Open a regular file for reading, never waiting. Returns a descriptor, or -1
 * (reported, with the name of the option).
 */
int secret_file_open(const char *option, const char *path, struct stat *);
/* Warn if others than its owner may read it. */
void
secret_file_warn(const char *option, const char *path, const struct stat *);

#endif
