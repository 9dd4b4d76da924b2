/*
 * Text that a peer chose, made harmless: in our lines it can neither begin
 * another line nor command a terminal, and in our pages it is no HTML. Names of
 * printable ASCII stay as they are.
 *
 * These functions are for what we say about a client. The data that a client
 * sends is written as it came.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stddef.h>

#include "foundation/textbuf.h"

/* Append a part of a line: each byte but printable ASCII becomes \xNN. */
void escape_line(struct textbuf *, const void *data, size_t size);
/*
 * Empty the buffer and write the string into it as escape_line does. Returns
 * the text, which is good until the buffer changes.
 */
const char *escape_string(struct textbuf *, const char *);
/*
 * Append lines that the library wrote: ends of lines, tabs and UTF-8, which
 * -nameopt can ask for, stay as they are.
 */
void escape_block(struct textbuf *, const void *data, size_t size);
/* Append a string, with the entities of HTML for & < > and ". */
void escape_html(struct textbuf *, const char *);

#endif
