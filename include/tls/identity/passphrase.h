/*
 * Pass phrase sources: "pass:TEXT", "env:NAME", "file:PATH", "fd:N", "stdin".
 *
 * A pass phrase that can be read only once, from a descriptor or from the user,
 * is remembered (secrets.h), so that keys can be read again.
 */
#ifndef PASSPHRASE_H
#define PASSPHRASE_H

#include <stdbool.h>

/*
 * Returns the pass phrase, or NULL (reported). From a file or descriptor it is
 * this line (1 or 2) without its newline; line 1 must be read before line 2.
 * The caller frees the result with passphrase_free.
 */
char *passphrase_read(const char *source, int line);
/*
 * Returns the pass phrase that the user typed for this file, or NULL. The
 * caller must not free it.
 */
const char *passphrase_typed(const char *path);
void passphrase_remember_typed(const char *path, const char *phrase);
/*
 * To be called when the program has started: after that no pass phrase is read
 * from the terminal, from standard input or from another descriptor.
 */
void passphrase_seal(void);
bool passphrase_is_sealed(void);
/* Wipes the memory first. NULL is allowed. */
void passphrase_free(char *);

#endif
