#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "textbuf.h"

static void textbuf_reserve(struct textbuf *, size_t);

void
textbuf_init(struct textbuf *buf)
{
	memset(buf, 0, sizeof(*buf));
}

void
textbuf_append(struct textbuf *buf, const void *data, size_t size)
{
	if (size == 0)
		return;
	textbuf_reserve(buf, size);
	memcpy(buf->data + buf->size, data, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
}

void
textbuf_puts(struct textbuf *buf, const char *s)
{
	textbuf_append(buf, s, strlen(s));
}

void
textbuf_printf(struct textbuf *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return;
	textbuf_reserve(buf, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(buf->data + buf->size, (size_t)n + 1, fmt, ap);
	va_end(ap);
	buf->size += (size_t)n;
}

void
textbuf_drop(struct textbuf *buf, size_t size)
{
	if (size >= buf->size) {
		textbuf_clear(buf);
		return;
	}
	buf->size -= size;
	memmove(buf->data, buf->data + size, buf->size + 1);
}

void
textbuf_clear(struct textbuf *buf)
{
	buf->size = 0;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

void
textbuf_free(struct textbuf *buf)
{
	free(buf->data);
	textbuf_init(buf);
}

/* Room for size more bytes and the NUL. */
static void
textbuf_reserve(struct textbuf *buf, size_t size)
{
	size_t want = buf->size + size + 1, capacity = buf->capacity;

	if (want <= capacity)
		return;
	if (capacity == 0)
		capacity = 256;
	while (capacity < want)
		capacity *= 2;
	if ((buf->data = realloc(buf->data, capacity)) == NULL)
		fatalx("out of memory");
	buf->capacity = capacity;
}
