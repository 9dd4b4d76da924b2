/*
 * Pass phrases that must not be asked for twice: kept under a name for as long
 * as the master runs, in memory that is locked, not dumped, and not there in
 * its children.
 */
#ifndef SECRETS_H
#define SECRETS_H

/* Keep copies; what is too much is not kept. Reports if memory is not safe. */
void secrets_keep(const char *name, const char *secret);
/* NULL: none of this name is kept. Valid until secrets_close. */
const char *secrets_find(const char *name);
/* Wipe them. */
void secrets_close(void);

#endif
