/*
 * Pass phrases, so that the user is asked only once for each. They are kept
 * under a name for as long as the master runs, in memory that is locked, that
 * is in no core dump, and that children do not have.
 */
#ifndef SECRETS_H
#define SECRETS_H

/*
 * Keep a copy of both strings, or nothing if there is no room left. Reports if
 * the memory cannot be locked or left out of core dumps.
 */
void secrets_keep(const char *name, const char *secret);
/*
 * Returns the secret of this name, which is good until secrets_close, or NULL
 * if none is kept.
 */
const char *secrets_find(const char *name);
/* Wipe all secrets. */
void secrets_close(void);

#endif
