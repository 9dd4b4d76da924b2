/*
 * Numbers in figures, at a tenth of what snprintf(3) costs: for text that is
 * made for each connection.
 */
#ifndef DECIMAL_H
#define DECIMAL_H

#include <stdint.h>

#define DECIMAL_MAX 20 /* figures of the greatest number */

/* Writes at most DECIMAL_MAX figures, without a NUL. Returns their end. */
char *decimal_write(char *, uint64_t);
/* Writes a number below 100 in two figures. Returns their end. */
char *decimal_pair(char *, unsigned);

#endif
