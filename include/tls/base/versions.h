/*
 * Which TLS library the program runs with, and -version.
 */
#ifndef VERSIONS_H
#define VERSIONS_H

#include <stdbool.h>

/*
 * Prints the versions on standard output. If the program was compiled with
 * another version of the library than it runs with, a line on standard error
 * says what that means.
 */
void versions_print(void);
/* Returns the name and the version of the library that the program runs with.
 */
const char *versions_library(void);
/* Returns true if that library has this version, or a later one. */
bool versions_reach(unsigned major, unsigned minor);

#endif
