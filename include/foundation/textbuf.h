/*
 * Bytes that can grow, always followed by a NUL that size does not count. If
 * there is no memory the process ends, since no caller could go on.
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
 * Returns room for size bytes at the end. The caller fills it, and then tells
 * textbuf_grow how many bytes it has written.
 */
char *textbuf_space(struct textbuf *, size_t size);
void textbuf_grow(struct textbuf *, size_t size);
void textbuf_puts(struct textbuf *, const char *);
void textbuf_printf(struct textbuf *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Remove the first size bytes, or all if there are fewer. */
void textbuf_drop(struct textbuf *, size_t size);
/* Keep the first size bytes, and remove those behind them. */
void textbuf_cut(struct textbuf *, size_t size);
/* Make it empty, and keep the memory. */
void textbuf_clear(struct textbuf *);
/* Make it empty, and free the memory. */
void textbuf_free(struct textbuf *);

#endif
