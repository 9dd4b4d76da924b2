/*
 * Pass phrase sources: "pass:TEXT", "env:NAME", "file:PATH", "fd:N", "stdin".
 *
 * What can be had only once, from a descriptor or from the user, is remembered
 * (secrets.h), for when keys are read again.
 */
#ifndef PASSPHRASE_H
#define PASSPHRASE_H

#include <stdbool.h>

/*
 * The pass phrase, or this line (1 or 2) of what the source names, without its
 * newline; to be freed by passphrase_free. Line 1 is asked for before line 2.
 * NULL: failed (reported).
 */
char *passphrase_read(const char *source, int line);
/* The one that the user typed for this file, or NULL. Not the caller's. */
const char *passphrase_typed(const char *path);
void passphrase_remember_typed(const char *path, const char *phrase);
/*
 * The program has started: standard input is the console's, the terminal is
 * not to be asked, and descriptors have been read.
 */
void passphrase_seal(void);
bool passphrase_is_sealed(void);
/* Wiped first; NULL is fine. */
void passphrase_free(char *);

#endif
