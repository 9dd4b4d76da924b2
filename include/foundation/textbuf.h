/*
 * Growable bytes, always followed by a NUL that size does not count. Out of
 * memory ends the process: no caller could say anything sensible then.
 *
 * The memory of a few large buffers is kept when they are freed, for the next
 * ones that become large.
 */
#ifndef TEXTBUF_H
#define TEXTBUF_H

#include <stddef.h>

struct textbuf {
	char *data; /* owned; NULL while empty and never used */
	size_t size; /* bytes in use */
	size_t capacity;
};

void textbuf_init(struct textbuf *);
void textbuf_append(struct textbuf *, const void *data, size_t size);
/*
 * Room for size bytes at the end, for the caller to fill; textbuf_grow then
 * tells how many there are.
 */
char *textbuf_space(struct textbuf *, size_t size);
void textbuf_grow(struct textbuf *, size_t size);
void textbuf_puts(struct textbuf *, const char *);
void textbuf_printf(struct textbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Forget the first size bytes (at most all). */
void textbuf_drop(struct textbuf *, size_t size);
/* Empty, memory kept. */
void textbuf_clear(struct textbuf *);
/* Empty, memory given back. */
void textbuf_free(struct textbuf *);

#endif
