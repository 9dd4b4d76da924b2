/*
 * The descriptors of this process: the standard ones, how many the process may
 * have, and whether they are enough.
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>

/* Standard input, output and error are the first ones. */
#define DESCRIPTORS_STANDARD 3

/*
 * Open the null device in place of each standard descriptor that is closed, and
 * tell which ones were. Must be called before anything else is opened, which
 * would take their place. Ends the process if the null device cannot be opened.
 */
void descriptors_fill_standard(bool closed[DESCRIPTORS_STANDARD]);
/* Raise the soft limit to the hard one. */
void descriptors_raise_limit(void);
/*
 * Check that the process can have so many more descriptors. Returns 0, or -1
 * (reported, with the name of what needs them and with the limit that would be
 * enough).
 */
int descriptors_check(unsigned more, const char *what);

#endif
