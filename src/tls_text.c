#include "tls_text.h"
#include "textbuf.h"

static int tls_text_append(const void *, size_t, void *);

void
tls_text_say(enum text_stream stream, BIO *bio)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);

	if (size > 0)
		text_write(stream, data, (size_t)size);
	BIO_free(bio);
}

void
tls_text_dump(struct textbuf *lines, const void *data, size_t size)
{
	BIO_dump_cb(tls_text_append, lines, data, (int)size);
}

/* For BIO_dump_cb(3). */
static int
tls_text_append(const void *data, size_t size, void *lines)
{
	textbuf_append(lines, data, size);
	return (int)size;
}
