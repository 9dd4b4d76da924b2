/*
 * What a peer chose, made harmless: in lines of ours it can neither begin
 * another line nor command a terminal, in a page of ours it is no HTML. Names
 * of printable ASCII look as they are.
 *
 * Only what is said about a client is for these; the data that it sends goes
 * out as it came.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stddef.h>

#include "foundation/textbuf.h"

/* Append a part of a line: all but printable ASCII becomes \xNN. */
void escape_line(struct textbuf *, const void *data, size_t size);
/*
 * The same for a string, in a buffer that is emptied first. Returns the text,
 * good until the buffer changes.
 */
const char *escape_string(struct textbuf *, const char *);
/*
 * Append lines that the library wrote: ends of lines, tabs and UTF-8, which
 * -nameopt can ask for, stay as they are.
 */
void escape_block(struct textbuf *, const void *data, size_t size);
/* Append with & < > " as HTML has them. */
void escape_html(struct textbuf *, const char *);

#endif
