/*
 * Pass phrase sources: "pass:TEXT", "env:NAME", "file:PATH", "fd:N", "stdin".
 */
#ifndef PASSPHRASE_H
#define PASSPHRASE_H

/*
 * The pass phrase, or the first line of what the source names, without its
 * newline; to be freed by passphrase_free. NULL: failed (reported).
 */
char *passphrase_read(const char *source);
/* Wiped first; NULL is fine. */
void passphrase_free(char *);

#endif
